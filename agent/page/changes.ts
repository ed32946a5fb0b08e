import type { ChangeEvent } from '../sidecar/event-store.js';
import { html } from './html.js';
import { locationLinks, type Page, sentence, table, timestamp } from './parts.js';
import { filterForm, isWanted, type Query } from './query.js';
import type { AgentView } from './view.js';

const shown = 200;

/** By time: an outcome has the time of its probe, and is recorded when the probe ends. */
export function latestFirst(events: readonly ChangeEvent[]): ChangeEvent[] {
  return events.toReversed().sort((one, other) => other.at.localeCompare(one.at));
}

/** The change events, latest first. */
export function renderChanges(view: AgentView, query: Query): Page {
  const events = latestFirst(
    view.events().filter((one) => isWanted(query, one.component, one.instance, one.kind, one.message)),
  );
  const rows = events
    .slice(0, query.all ? undefined : shown)
    .map((one) => [
      timestamp(new Date(one.at)),
      one.kind,
      locationLinks({ ...one, component: one.component, endpoint: undefined, identity: undefined }),
      sentence(one.message),
    ]);
  const body = html`<h1>Changes</h1><p class="lead">Changes of files, served certificates, probe outcomes, findings and instances, latest first.</p>
${filterForm({ path: '/changes', query, components: view.events().map(({ component }) => component), count: `${events.length} of ${view.events().length} changes` })}
${rows.length === 0 ? html`<p class="empty">No changes recorded.</p>` : table('Latest first', ['when', 'kind', 'location', 'change'], rows)}
${!query.all && events.length > shown && html`<p><a href="/changes?all=yes">Show all ${events.length}</a></p>`}`;
  return { title: 'Changes', body };
}
