import { counted } from '../../checks/counted.js';
import { summarize } from '../../checks/finding.js';
import { componentNames } from '../../cluster/components/profile.js';
import { profiles } from '../../cluster/components/profiles.js';
import { formatAddress } from '../../cluster/inventory/address.js';
import type { Instance } from '../../cluster/inventory/inventory.js';
import { type Html, html } from './html.js';
import { badge, dot, endpointPath, instancePath, type Page, table } from './parts.js';
import { filterForm, isWanted, linkTo, type Query } from './query.js';
import { StatusIndex } from './status-index.js';
import type { AgentView } from './view.js';

/** A component with more instances than this is folded, unless there is a filter. */
const openUpTo = 40;
/** The worst ones; a page of thousands would not be readable. */
const shownPerComponent = 100;

/** Every instance with its ports, by component. */
export function renderInstances(view: AgentView, query: Query): Page {
  const { instances } = view.inventory();
  const index = new StatusIndex(view.findings());
  const wanted = instances.filter((one) =>
    isWanted(query, one.component, one.name, one.version, one.configFile, ...one.endpoints.map(textOf)),
  );
  const groups = componentNames
    .map((component) => ({ component, members: wanted.filter((one) => one.component === component) }))
    .filter(({ members }) => members.length > 0);
  const ports = wanted.flatMap(({ endpoints }) => endpoints).length;
  const body = html`<h1>Instances</h1>
${filterForm({ path: '/instances', query, components: instances.map(({ component }) => component), count: `${wanted.length} of ${counted(instances.length, 'instance')}, ${counted(ports, 'port')}` })}
${groups.length === 0 && html`<p class="empty">${instances.length === 0 ? 'No instance is known: see [cluster] in the configuration.' : 'No instance matches.'}</p>`}
${groups.map(({ component, members }) => group(component, members, index, query))}`;
  return { title: 'Instances', body };
}

function textOf(endpoint: Instance['endpoints'][number]): string {
  return `${endpoint.name} ${formatAddress(endpoint)}`;
}

function group(component: Instance['component'], members: readonly Instance[], index: StatusIndex, query: Query): Html {
  const narrowed = query.text !== '' || query.component !== undefined || query.all;
  const open = narrowed || members.length <= openUpTo;
  const ranked = [...members].sort((a, b) => rank(b, index) - rank(a, index) || a.name.localeCompare(b.name));
  const { fail, warn } = summarize(members.flatMap(({ name }) => index.of(component, name)));
  const listed = ranked.slice(0, query.all ? undefined : shownPerComponent);
  const rows = listed.map((one) => [
    html`${dot(index.statusOf(component, one.name))} <a href="${instancePath(component, one.name)}">${one.name}</a>`,
    one.version ?? html`<span class="quiet">unknown</span>`,
    one.local ? 'on this host' : html`<span class="quiet">on another host</span>`,
    html`<span class="chips">${one.endpoints.map(
      ({ name, port }) =>
        html`<a class="chip" href="${endpointPath(component, one.name, name)}">${dot(index.statusOf(component, one.name, name))} ${name} <span class="quiet">${port}</span></a> `,
    )}</span>`,
  ]);
  const head = html`<summary><b>${profiles[component].title}</b> <span class="quiet">${counted(members.length, 'instance')}</span> ${fail > 0 && badge('fail', `${fail} failed`)} ${warn > 0 && badge('warn', counted(warn, 'warning'))}</summary>`;
  const inside = table(`Instances of ${profiles[component].title}`, ['instance', 'version', 'files', 'ports'], rows);
  const rest = members.length - listed.length;
  const more =
    rest > 0 &&
    html`<p><a href="${linkTo('/instances', { ...query, component, all: true })}">Show the other ${rest}, which are no worse</a></p>`;
  return open
    ? html`<details class="group" id="group-${component}" data-open="yes" open>${head}${inside}${more}</details>`
    : html`<details class="group" id="group-${component}" data-open="no">${head}${inside}${more}</details>`;
}

function rank({ component, name }: Instance, index: StatusIndex): number {
  const { fail, warn, unknown } = summarize(index.of(component, name));
  return fail * 1e6 + warn * 1e3 + unknown;
}
