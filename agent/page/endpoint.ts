import { reloadRuleOf } from '../../checks/reload-deadline.js';
import { isUnauthorizedClient } from '../../checks/unauthorized-client.js';
import { formatOrigin } from '../../cluster/documents/origin.js';
import { formatAddress } from '../../cluster/inventory/address.js';
import { caReloadText, reloads } from '../../cluster/inventory/describe.js';
import type { Endpoint, Instance } from '../../cluster/inventory/inventory.js';
import type { IdentityName, Observation, Outcome } from '../../probes/observation.js';
import type { ProbeRun } from '../collect/probe-runs.js';
import { findingItem } from './finding.js';
import { type Html, html } from './html.js';
import { certificateFacts, isAt } from './instance.js';
import { badge, facts, fingerprint, instancePath, moment, type Page, relative, table } from './parts.js';
import { reproductionsOf } from './reproduce.js';
import { StatusIndex } from './status-index.js';
import type { AgentView } from './view.js';

/** One port: how it stands, what each identity saw, what it was seen to do, and lines that do the same by hand. */
export function renderEndpoint(
  view: AgentView,
  component: string,
  name: string,
  endpointName: string,
): Page | undefined {
  const instance = view.inventory().instances.find((one) => one.component === component && one.name === name);
  const endpoint = instance?.endpoints.find((one) => one.name === endpointName);
  if (instance === undefined || endpoint === undefined) {
    return undefined;
  }
  const index = new StatusIndex(view.findings());
  const findings = index.of(component, name).filter((one) => one.endpoint === endpointName && one.status !== 'pass');
  const observations = view
    .observations()
    .filter((one) => isAt(one, instance, endpoint))
    .map(({ observation }) => observation);
  const body = html`<p class="crumbs"><a href="/instances">Instances</a> / <a href="${instancePath(component, name)}">${component} ${name}</a></p>
<h1><b>${component}</b> ${name} ${endpointName}</h1>
<p class="lead">${badge(index.statusOf(component, name, endpointName))} ${endpoint.profile.title}, ${formatAddress(endpoint)}</p>
${endpointFacts(instance, endpoint)}
${findings.length > 0 && html`<h2>Findings</h2><ul class="findings">${findings.map((one) => findingItem(one, view))}</ul>`}
<h2>Last looks</h2>${observations.length === 0 ? html`<p class="empty">Nobody has come to this port yet.</p>` : observations.map((one) => look(one, endpoint, view))}
<h2>History</h2>${history(endpoint, view.runs(instance, endpoint))}`;
  return { title: `${component} ${name} ${endpointName}`, body };
}

function endpointFacts(instance: Instance, endpoint: Endpoint): Html {
  const { profile, allowList, scheme, origin } = endpoint;
  const list = typeof allowList === 'string' ? { none: 'none set', unknown: 'not told' }[allowList] : undefined;
  return facts([
    ['scheme', scheme],
    ['address from', formatOrigin(origin)],
    ['allow-list', list ?? (typeof allowList === 'string' ? '' : allowList.value.join(', '))],
    ['called by', profile.calledBy.join(', ')],
    ['asked', profile.probe.protocol === 'http' ? `GET ${profile.probe.path}` : profile.probe.method],
    ['takes a new pair', reloads[reloadRuleOf(endpoint, instance)]],
    ['takes a new CA', caReloadText(profile)],
    [
      'compares names',
      { handshake: 'at the handshake', rpc: 'per call', http: 'per request' }[profile.callers.commonNameCheckedAt],
    ],
  ]);
}

/** The agent's own look is what one comes for; the others are a click away. */
const openly = html` open`;

function look(observation: Observation, endpoint: Endpoint, view: AgentView): Html {
  const { identity, outcome, detail, at, tlsVersion, cipher, alpn, peerChain, peerProblem, rejection, durations } =
    observation;
  const [leaf] = peerChain;
  const lines = reproductionsOf(endpoint, identity, identity === 'no-certificate' ? undefined : view.pathsOf(identity));
  return html`<details class="look" id="as-${identity}"${identity === 'agent' && openly}><summary><b>as ${identity === 'agent' ? 'own, the pair of the agent' : identity}</b> ${outcomeWord(endpoint, identity, outcome)} <span class="quiet">${detail}</span><span class="aside">${relative(at, view.now())}</span></summary>
${facts([
  ['at', moment(at)],
  [
    'TLS',
    [tlsVersion, cipher, alpn && `ALPN ${alpn}`].filter((part) => part !== undefined && part !== '').join(', ') ||
      'none',
  ],
  ['served', fingerprint(leaf?.fingerprint)],
  ['our verdict of it', peerChain.length === 0 ? 'nothing was served' : (peerProblem ?? 'trusted and named')],
  [
    'refused by',
    rejection === undefined
      ? 'nobody'
      : `${rejection.side === 'peer' ? 'the port' : 'us'}: ${[rejection.by, rejection.number, rejection.name].filter((part) => part !== undefined).join(' ')}`,
  ],
  [
    'took',
    `${milliseconds(durations.total)}; connected ${milliseconds(durations.connect)}, handshake ${milliseconds(durations.handshake)}`,
  ],
])}
${peerChain.map((one) => certificateFacts(one, view.now()))}
<details class="raw" id="raw-${identity}"><summary>Raw facts</summary><pre tabindex="0">${JSON.stringify(raw(observation), undefined, 2)}</pre></details>
<div class="reproduce"><h3>By hand</h3>${
    lines.length === 0
      ? html`<p class="quiet">This identity was made in memory at the start of the agent: nobody else has its key.</p>`
      : lines.map(
          ({ title, command }, index) =>
            html`<div class="command"><span class="quiet">${title}</span><code id="line-${identity}-${index}" tabindex="0">${command}</code><button type="button" class="copy" data-copies="line-${identity}-${index}" hidden>Copy</button></div>`,
        )
  }</div></details>
`;
}

/** What was seen, without what is shown as facts of the certificates. */
function raw({ peerChain, ...rest }: Observation) {
  return { ...rest, peerChain: peerChain.map(({ subject, fingerprint }) => ({ subject, fingerprint })) };
}

function milliseconds(seconds: number | undefined): string {
  return seconds === undefined ? 'not reached' : `${(seconds * 1000).toFixed(1)} ms`;
}

/** In the colour of what is usual: who calls the port is let in, everybody else refused. */
function outcomeWord(endpoint: Endpoint, identity: IdentityName, outcome: Outcome): Html {
  const unauthorizedClient = isUnauthorizedClient(endpoint, identity);
  const usual = outcome === (unauthorizedClient ? 'rejected' : 'accepted');
  const unusual = !unauthorizedClient && (outcome === 'rejected' || outcome === 'not-tls');
  return html`<span class="outcome ${usual ? 'usual' : unusual ? 'unusual' : 'unclear'}">${outcome}</span>`;
}

function history(endpoint: Endpoint, runs: readonly ProbeRun[]): Html {
  return runs.length === 0
    ? html`<p class="empty">Nothing yet.</p>`
    : table(
        'What it was seen to do since the start, equal looks together, latest first',
        ['from', 'to', 'looks', 'as', 'outcome', 'detail', 'TLS', 'served'],
        runs.map(({ first, last, count, identity, outcome, detail, tlsVersion, fingerprint: print }) => [
          moment(first),
          moment(last),
          count,
          identity,
          outcomeWord(endpoint, identity, outcome),
          detail,
          tlsVersion ?? '',
          fingerprint(print),
        ]),
      );
}
