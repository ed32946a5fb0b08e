import { counted } from '../../checks/counted.js';
import { profiles } from '../../cluster/components/profiles.js';
import { formatOrigin } from '../../cluster/documents/origin.js';
import { formatAddress } from '../../cluster/inventory/address.js';
import type { Endpoint, Instance } from '../../cluster/inventory/inventory.js';
import type { Certificate } from '../../credentials/certificate.js';
import type { CredentialFacts } from '../../credentials/facts.js';
import { latestFirst } from './changes.js';
import { findingItem } from './finding.js';
import { type Html, html, type Value } from './html.js';
import { badge, dot, endpointPath, facts, type Page, relative, sentence, table, timestamp, utc } from './parts.js';
import { StatusIndex } from './status-index.js';
import type { AgentView } from './view.js';

const shownEvents = 30;

/** One instance: its ports, findings, files and changes. */
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
  ['version', instance.version ?? 'unknown'],
  ['files', instance.local ? 'on this host' : 'on another host'],
  ['configuration', instance.configFile ?? 'not read'],
  ['known from', instance.sources?.join(', ') ?? 'configuration'],
  ['allow-list', allowList(instance)],
  ['advertised', instance.advertisedHosts.map(({ value }) => value).join(', ') || 'nothing'],
])}
<h2>Ports</h2>${ports(view, instance, index)}
<h2>Findings</h2>${open.length === 0 ? html`<p class="empty">None failed or inconclusive.</p>` : html`<ul class="findings">${open.map((one) => findingItem(one, view))}</ul>`}
<h2>Files</h2>${files(view, instance)}
<h2>Changes</h2>${
    events.length === 0
      ? html`<p class="empty">No changes recorded.</p>`
      : table(
          'Latest first',
          ['when', 'kind', 'change'],
          events.map((one) => [timestamp(new Date(one.at)), one.kind, sentence(one.message)]),
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
    const latest = last(endpoint);
    return [
      html`${dot(index.statusOf(instance.component, instance.name, endpoint.name))} <a href="${endpointPath(instance.component, instance.name, endpoint.name)}">${endpoint.name}</a>`,
      formatAddress(endpoint),
      latest?.outcome ?? html`<span class="quiet">not probed</span>`,
      latest?.detail ?? '',
      latest?.tlsVersion ?? '',
      latest === undefined ? '' : relative(latest.at, view.now()),
    ];
  });
  return table(
    "Last probes with the agent's certificate",
    ['port', 'address', 'outcome', 'detail', 'TLS', 'probed'],
    rows,
  );
}

/** Whether `one` is about this port; by name, since instances are new objects after each discovery. */
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
    return html`<p class="empty">Its files are not on this host.</p>`;
  }
  return html`${fileFacts(view, entry.facts)}
${entry.calling === undefined ? '' : html`<h3>Client certificate and key</h3>${fileFacts(view, entry.calling)}`}`;
}

function fileFacts(view: AgentView, read: CredentialFacts): Html {
  const certificates = [
    ...(read.chain ?? []).map((one) => ({ file: read.paths.cert, one })),
    ...(read.ca ?? []).map((one) => ({ file: read.paths.ca, one })),
  ];
  return html`${facts([
    ['certificate', read.paths.cert ?? 'not set'],
    ['modified', read.certModifiedAt === undefined ? 'not read' : timestamp(new Date(read.certModifiedAt))],
    ['key', read.paths.key ?? 'not set'],
    ['key mode', read.keyMode === undefined ? 'not read' : read.keyMode.toString(8).padStart(4, '0')],
    ['key matches', read.keyMatches === undefined ? 'unknown' : read.keyMatches ? 'yes' : badge('fail', 'no')],
    ['CA', read.paths.ca ?? 'not set'],
    ...read.errors.map((error) => ['error', error.message] as const),
  ])}
${certificates.map(({ file, one }) => certificateFacts(one, view.now(), file))}`;
}

/** Every field of one certificate, folded. */
export function certificateFacts(one: Certificate, now: Date, file?: string): Html {
  const { dns, ip, uri } = one.subjectAltNames;
  const { subject, authority } = one.keyIdentifiers;
  return html`<details class="certificate"><summary><code>${one.subject}</code> <span class="quiet">${relative(one.notAfter, now)}</span></summary>${facts(
    [
      ...(file === undefined ? [] : [['file', file] as const]),
      ['subject', one.subject],
      ['issuer', one.issuer],
      ['not before', timestamp(one.notBefore)],
      ['not after', timestamp(one.notAfter)],
      ['names', [...dns, ...ip, ...uri].join(', ') || 'none'],
      ['usages', [...(one.keyUsage ?? []), ...(one.extendedKeyUsage ?? ['any'])].join(', ')],
      ['authority', one.isCertificateAuthority ? 'yes' : 'no'],
      ['public key', one.publicKey],
      ['serial', one.serialNumber],
      ['key identifier', html`<code class="wrap">${subject ?? 'none'}</code>`],
      ['key identifier of the issuer', html`<code class="wrap">${authority ?? 'none'}</code>`],
      ['SHA-256', html`<code class="wrap" title="expires ${utc(one.notAfter)}">${one.fingerprint}</code>`],
    ],
  )}</details>`;
}
