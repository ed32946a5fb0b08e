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
import { badge, facts, fingerprint, instancePath, type Page, relative, table, timestamp } from './parts.js';
import { type Reproduction, reproductionsOf } from './reproduce.js';
import { StatusIndex } from './status-index.js';
import type { AgentView } from './view.js';

/** One port: its status and facts, the last probe of each identity with commands that repeat it, and the probe history. */
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
<h2>Last probes</h2>${observations.length === 0 ? html`<p class="empty">Not probed yet.</p>` : observations.map((one) => probeDetails(one, endpoint, view))}
<h2>History</h2>${history(endpoint, view.runs(instance, endpoint))}`;
  return { title: `${component} ${name} ${endpointName}`, body };
}

function endpointFacts(instance: Instance, endpoint: Endpoint): Html {
  const { profile, allowList, scheme, origin } = endpoint;
  return facts([
    ['scheme', scheme],
    ['address from', formatOrigin(origin)],
    ['allow-list', typeof allowList === 'string' ? allowList : allowList.value.join(', ')],
    ['called by', profile.calledBy.join(', ')],
    ['request', profile.probe.protocol === 'http' ? `GET ${profile.probe.path}` : profile.probe.method],
    ['reload', reloads[reloadRuleOf(endpoint, instance)]],
    ['CA reload', caReloadText(profile)],
    [
      'compares names',
      { handshake: 'at the handshake', rpc: 'per call', http: 'per request' }[profile.callers.commonNameCheckedAt],
    ],
  ]);
}

/** The probe with the agent's certificate is unfolded. */
const unfolded = html` open`;

function probeDetails(observation: Observation, endpoint: Endpoint, view: AgentView): Html {
  const { identity, outcome, detail, at, peerChain } = observation;
  const commands = reproductionsOf(
    endpoint,
    identity,
    identity === 'no-certificate' ? undefined : view.pathsOf(identity),
  );
  return html`<details class="probe" id="as-${identity}"${identity === 'agent' && unfolded}><summary><b>as ${identity}</b> ${outcomeWord(endpoint, identity, outcome)} <span class="quiet">${detail}</span><span class="aside">${relative(at, view.now())}</span></summary>
${probeFacts(observation)}
${peerChain.map((one) => certificateFacts(one, view.now()))}
<details class="raw" id="raw-${identity}"><summary>Raw facts</summary><pre tabindex="0">${lines(JSON.stringify(raw(observation), undefined, 2))}</pre></details>
<div class="reproduce"><h3>Repeat by hand</h3>${
    commands.length === 0
      ? html`<p class="quiet">The agent made this identity in memory: its key is in no file.</p>`
      : commands.map((one, index) => commandLine(one, `command-${identity}-${index}`))
  }</div></details>
`;
}

/** Text on lines of its own; within a line a value is escaped as everywhere. */
function lines(text: string): readonly Html[] {
  return text.split('\n').map((line, index) => (index === 0 ? html`${line}` : html`\n${line}`));
}

function probeFacts({ at, tlsVersion, cipher, alpn, peerChain, peerProblem, rejection, durations }: Observation): Html {
  const tls = [tlsVersion, cipher, alpn && `ALPN ${alpn}`].filter((part) => part !== undefined && part !== '');
  const { total, connect, handshake } = durations;
  return facts([
    ['at', timestamp(at)],
    ['TLS', tls.join(', ') || 'none'],
    ['served', fingerprint(peerChain[0]?.fingerprint)],
    ['verification', peerChain.length === 0 ? 'no certificate served' : (peerProblem ?? 'trusted, and for this host')],
    ['rejected by', rejection === undefined ? 'neither side' : rejectionInWords(rejection)],
    ['duration', `${milliseconds(total)}; connected ${milliseconds(connect)}, handshake ${milliseconds(handshake)}`],
  ]);
}

/** `the server: tls-alert 42 bad_certificate` */
function rejectionInWords({ side, by, number, name }: NonNullable<Observation['rejection']>): string {
  const how = [by, number, name].filter((part) => part !== undefined).join(' ');
  return `${side === 'peer' ? 'the server' : 'the agent'}: ${how}`;
}

function commandLine({ title, command }: Reproduction, id: string): Html {
  return html`<div class="command"><span class="quiet">${title}</span><code id="${id}" tabindex="0">${command}</code><button type="button" class="copy" data-copies="${id}" hidden>Copy</button></div>`;
}

/** The observation, with the certificates by subject and fingerprint only: their fields are shown above it. */
function raw({ peerChain, ...rest }: Observation) {
  return { ...rest, peerChain: peerChain.map(({ subject, fingerprint }) => ({ subject, fingerprint })) };
}

function milliseconds(seconds: number | undefined): string {
  return seconds === undefined ? 'not reached' : `${(seconds * 1000).toFixed(1)} ms`;
}

/** The colour says whether it is the expected outcome: authorized callers are accepted, unauthorized clients rejected. */
function outcomeWord(endpoint: Endpoint, identity: IdentityName, outcome: Outcome): Html {
  const unauthorized = isUnauthorizedClient(endpoint, identity);
  const expected = outcome === (unauthorized ? 'rejected' : 'accepted');
  const unexpected = !unauthorized && (outcome === 'rejected' || outcome === 'not-tls');
  return html`<span class="outcome ${expected ? 'expected' : unexpected ? 'unexpected' : 'unclear'}">${outcome}</span>`;
}

function history(endpoint: Endpoint, runs: readonly ProbeRun[]): Html {
  return runs.length === 0
    ? html`<p class="empty">Not probed yet.</p>`
    : table(
        'Results since the agent started, latest first; equal results in a row are one line',
        ['from', 'to', 'probes', 'as', 'outcome', 'detail', 'TLS', 'served'],
        runs.map(({ first, last, count, identity, outcome, detail, tlsVersion, fingerprint: print }) => [
          timestamp(first),
          timestamp(last),
          count,
          identity,
          outcomeWord(endpoint, identity, outcome),
          detail,
          tlsVersion ?? '',
          fingerprint(print),
        ]),
      );
}
