import { durationText } from '../../checks/duration-text.js';
import type { ReloadRule } from '../../cluster/components/profile.js';
import { reloads } from '../../cluster/inventory/describe.js';
import { type PortRollout, type RolloutState, type Rotation, rotationsOf } from '../sidecar/rollouts.js';
import { type Html, html } from './html.js';
import { badge, endpointPath, fingerprint, instancePath, type Page, relative, table, timestamp, utc } from './parts.js';
import { filterForm, isWanted, type Query } from './query.js';
import type { AgentView } from './view.js';

const states: Readonly<Record<RolloutState, Html>> = {
  'picked-up': badge('pass', 'picked up'),
  'picked-up-late': badge('warn', 'picked up late'),
  'not-picked-up': badge('fail', 'not picked up'),
  pending: badge('unknown', 'pending'),
  superseded: badge('unknown', 'superseded'),
};

/** When a port without a reload deadline reads its files again. */
const nextReload: Partial<Record<ReloadRule, string>> = {
  'every-handshake': 'the next connection',
  'certificate-mtime': 'the next connection',
  'failed-handshake': 'the next failed handshake',
  restart: 'the next start',
};

const shown = 50;

/** For each new certificate on disk: when each port was first seen with it, and its reload deadline. */
export function renderRotations(view: AgentView, query: Query): Page {
  const now = view.now();
  const rotations = rotationsOf({
    events: view.events(),
    inventory: view.inventory(),
    observations: view.observations(),
    now,
  });
  const wanted = rotations.filter(({ instance, fingerprint, ports }) =>
    isWanted(
      query,
      instance.component,
      instance.name,
      fingerprint,
      ...ports.map(({ endpoint, state }) => `${endpoint.name} ${state}`),
    ),
  );
  const sections = wanted.slice(0, query.all ? undefined : shown).map((rotation) => section(rotation, now));
  const body = html`<h1>Rotations</h1><p class="lead">Each new certificate on disk, latest first, and when each port was first seen with it.</p>
${filterForm({ path: '/rotations', query, components: rotations.map(({ instance }) => instance.component), count: `${wanted.length} of ${rotations.length} rotations` })}
${sections.length === 0 ? html`<p class="empty">${rotations.length === 0 ? 'No certificate on disk changed since the history began.' : 'No rotation matches.'}</p>` : sections}
${!query.all && wanted.length > shown && html`<p><a href="/rotations?all=yes">Show all ${wanted.length}</a></p>`}`;
  return { title: 'Rotations', body };
}

function section({ instance, changedAt, notAfter, fingerprint: print, ports }: Rotation, now: Date): Html {
  const { component, name } = instance;
  const rows = ports.map((port) => [
    html`<a href="${endpointPath(component, name, port.endpoint.name)}">${port.endpoint.name}</a>`,
    states[port.state],
    lag(port, changedAt),
    reloads[port.rule],
    port.deadline === undefined ? (nextReload[port.rule] ?? '') : timestamp(port.deadline),
  ]);
  return html`<section class="rotation"><h2><b>${component}</b> <a href="${instancePath(component, name)}">${name}</a><span class="aside">${relative(changedAt, now)}</span></h2>
<p class="sub">written ${timestamp(changedAt)}, certificate ${fingerprint(print)}, expires ${timestamp(notAfter)}</p>
${rows.length === 0 ? html`<p class="empty">None of its ports serves TLS.</p>` : table(`Ports of ${component} ${name}`, ['port', 'state', 'seen after', 'reads its files', 'reload deadline'], rows)}</section>
`;
}

function lag({ pickedUpAt }: PortRollout, changedAt: Date): Html {
  if (pickedUpAt === undefined) {
    return html`<span class="quiet">not seen</span>`;
  }
  const span = pickedUpAt.getTime() - changedAt.getTime();
  return html`<time datetime="${pickedUpAt.toISOString()}" title="${utc(pickedUpAt)}">${durationText(span)}</time>`;
}
