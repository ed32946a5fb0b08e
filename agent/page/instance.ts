import { profiles } from '../../cluster/components/profiles.js';
import { formatOrigin } from '../../cluster/documents/origin.js';
import { formatAddress } from '../../cluster/inventory/address.js';
import type { Endpoint, Instance } from '../../cluster/inventory/inventory.js';
import type { Certificate } from '../../credentials/certificate.js';
import type { CredentialFacts } from '../../credentials/facts.js';
import { changeWords, latestFirst } from './changes.js';
import { findingItem } from './finding.js';
import { type Html, html, type Value } from './html.js';
import {
  badge,
  counted,
  dot,
  endpointPath,
  facts,
  moment,
  type Page,
  relative,
  sentence,
  table,
  utc,
} from './parts.js';
import { StatusIndex } from './status-index.js';
import type { AgentView } from './view.js';

const shownEvents = 30;

/** One instance: its ports, its files, what is said of it, what became of it. */
export function renderInstance(view: AgentView, component: string, name: string): Page | undefined {
  const instance = view.inventory().instances.find((one) => one.component === component && one.name === name);
  if (instance === undefined) {
    return undefined;
  }
  const index = new StatusIndex(view.findings());
  const findings = index.of(component, name);
  const open = findings.filter(({ status }) => status !== 'pass');
  const events = latestFirst(view.events().filter((one) => one.component === component && one.instance === name)).slice(
    0,
    shownEvents,
  );
  const body = html`<p class="crumbs"><a href="/instances">Instances</a></p>
<h1><b>${component}</b> ${name}</h1>
<p class="lead">${badge(index.statusOf(component, name))} ${counted(findings.length - open.length, 'check')} passed</p>
${facts([
  ['component', profiles[instance.component].title],
  ['version', instance.version ?? 'not told'],
  ['files', instance.local ? 'on this node' : 'on another node'],
  ['configuration', instance.configFile ?? 'not read'],
  ['told by', instance.sources?.join(', ') ?? 'configuration'],
  ['allow-list', allowList(instance)],
  ['advertised', instance.advertisedHosts.map(({ value }) => value).join(', ') || 'nothing'],
])}
<h2>Ports</h2>${ports(view, instance, index)}
<h2>Findings</h2>${open.length === 0 ? html`<p class="empty">None: what could be judged passed.</p>` : html`<ul class="findings">${open.map((one) => findingItem(one, view))}</ul>`}
<h2>Files</h2>${files(view, instance)}
<h2>Changes</h2>${
    events.length === 0
      ? html`<p class="empty">Nothing since the history begins.</p>`
      : table(
          'Latest first',
          ['when', 'what', 'in words'],
          events.map((one) => [moment(new Date(one.at)), changeWords[one.kind], sentence(one.message)]),
        )
  }`;
  return { title: `${component} ${name}`, body };
}

function allowList({ security }: Instance): string {
  const list = security.allowedCommonNames;
  return list === undefined ? 'none set' : `${list.value.join(', ')} (${formatOrigin(list.origin)})`;
}

function ports(view: AgentView, instance: Instance, index: StatusIndex): Html {
  const last = (endpoint: Endpoint) =>
    view.observations().find((one) => isAt(one, instance, endpoint) && one.observation.identity === 'agent')
      ?.observation;
  const rows = instance.endpoints.map((endpoint): readonly Value[] => {
    const seen = last(endpoint);
    return [
      html`${dot(index.statusOf(instance.component, instance.name, endpoint.name))} <a href="${endpointPath(instance.component, instance.name, endpoint.name)}">${endpoint.name}</a>`,
      formatAddress(endpoint),
      seen?.outcome ?? html`<span class="quiet">not asked</span>`,
      seen?.detail ?? '',
      seen?.tlsVersion ?? '',
      seen === undefined ? '' : relative(seen.at, view.now()),
    ];
  });
  return table("The agent's own last look", ['port', 'address', 'outcome', 'detail', 'TLS', 'seen'], rows);
}

/** Whether something was seen at this very port; instances are made anew when the cluster is looked at again. */
export function isAt(
  one: { readonly instance: Instance; readonly endpoint: Endpoint },
  instance: Instance,
  endpoint: Endpoint,
): boolean {
  return (
    one.instance.component === instance.component &&
    one.instance.name === instance.name &&
    one.endpoint.name === endpoint.name
  );
}

function files(view: AgentView, { component, name }: Instance): Html {
  const entry = view.credentials().find((one) => one.component === component && one.instance === name);
  if (entry === undefined) {
    return html`<p class="empty">Its files are not on this node.</p>`;
  }
  return html`${pairOf(view, entry.facts)}
${entry.calling === undefined ? '' : html`<h3>The pair it calls others with</h3>${pairOf(view, entry.calling)}`}`;
}

function pairOf(view: AgentView, read: CredentialFacts): Html {
  const certificates = [
    ...(read.chain ?? []).map((one) => ({ file: read.paths.cert, one })),
    ...(read.ca ?? []).map((one) => ({ file: read.paths.ca, one })),
  ];
  return html`${facts([
    ['certificate', read.paths.cert ?? 'not set'],
    ['written', read.certModifiedAt === undefined ? 'not read' : moment(new Date(read.certModifiedAt))],
    ['key', read.paths.key ?? 'not set'],
    ['key mode', read.keyMode === undefined ? 'not read' : read.keyMode.toString(8).padStart(4, '0')],
    ['key matches', read.keyMatches === undefined ? 'not known' : read.keyMatches ? 'yes' : badge('fail', 'no')],
    ['CA', read.paths.ca ?? 'not set'],
    ...read.errors.map((error) => ['error', error.message] as const),
  ])}
${certificates.map(({ file, one }) => certificateFacts(one, view.now(), file))}`;
}

/** Every fact of one certificate, folded. */
export function certificateFacts(one: Certificate, now: Date, file?: string): Html {
  const { dns, ip, uri } = one.subjectAltNames;
  return html`<details class="certificate"><summary><code>${one.subject}</code> <span class="quiet">${relative(one.notAfter, now)}</span></summary>${facts(
    [
      ...(file === undefined ? [] : [['file', file] as const]),
      ['subject', one.subject],
      ['issuer', one.issuer],
      ['not before', moment(one.notBefore)],
      ['not after', moment(one.notAfter)],
      ['names', [...dns, ...ip, ...uri].join(', ') || 'none'],
      ['usages', [...(one.keyUsage ?? []), ...(one.extendedKeyUsage ?? ['any'])].join(', ')],
      ['authority', one.isCertificateAuthority ? 'yes' : 'no'],
      ['public key', one.publicKey],
      ['serial', one.serialNumber],
      ['SHA-256', html`<code class="wrap" title="ends ${utc(one.notAfter)}">${one.fingerprint}</code>`],
    ],
  )}</details>`;
}
