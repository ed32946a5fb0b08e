import type { ChangeEvent } from '../sidecar/event-store.js';
import { html } from './html.js';
import { moment, type Page, place, sentence, table } from './parts.js';
import { filterForm, isWanted, type Query } from './query.js';
import type { AgentView } from './view.js';

/** What changed, in one word. */
export const changeWords: Readonly<Record<ChangeEvent['kind'], string>> = {
  rotation: 'files',
  served: 'served',
  outcome: 'answer',
  finding: 'finding',
  trigger: 'trigger',
  inventory: 'cluster',
};

const shown = 200;

/** As they happened: an answer bears the moment of its question, and is written down when it has come. */
export function latestFirst(events: readonly ChangeEvent[]): ChangeEvent[] {
  return events.toReversed().sort((one, other) => other.at.localeCompare(one.at));
}

/** The history as it is, latest first. */
export function renderChanges(view: AgentView, query: Query): Page {
  const events = latestFirst(
    view.events().filter((one) => isWanted(query, one.component, one.instance, one.kind, one.message)),
  );
  const rows = events
    .slice(0, query.all ? undefined : shown)
    .map((one) => [
      moment(new Date(one.at)),
      changeWords[one.kind],
      place({ ...one, component: one.component, endpoint: undefined, identity: undefined }),
      sentence(one.message),
    ]);
  const body = html`<h1>Changes</h1><p class="lead">Files, answers and verdicts that became others, latest first.</p>
${filterForm({ path: '/changes', query, components: view.events().map(({ component }) => component), count: `${events.length} of ${view.events().length} changes` })}
${rows.length === 0 ? html`<p class="empty">Nothing since the start.</p>` : table('Latest first', ['when', 'what', 'where', 'in words'], rows)}
${!query.all && events.length > shown && html`<p><a href="/changes?all=yes">Show all ${events.length}</a></p>`}`;
  return { title: 'Changes', body };
}
