import { readFileSync } from 'node:fs';
import { credentialKey, type EndpointObservation, type Evidence } from '../checks/check.js';
import { runChecks } from '../checks/run-checks.js';
import type { CredentialFacts } from '../credentials/facts.js';
import { gatherCredentialFacts } from '../credentials/gather.js';
import { splitCertificates } from '../credentials/pem.js';
import { readCertificate } from '../credentials/read-certificate.js';
import { AgentMetrics } from '../metrics/agent-metrics.js';
import type { IdentityName, Observation } from '../probes/observation.js';
import type { AgentOfMany } from './scale-cluster.js';

export interface Rendered {
  readonly text: string;
  readonly series: number;
}

/** What one agent knows once it has probed everything it probes, in a cluster where all is well. */
export async function evidenceOf(agent: AgentOfMany): Promise<Evidence> {
  const { inventory, identities, targets, negativeTargets, negativeProbes } = agent;
  const observations: EndpointObservation[] = [];
  for (const target of targets) {
    for (const { name } of identities.for(target)) {
      observations.push(seen(target, name, 'accepted'));
    }
  }
  for (const target of negativeTargets) {
    const questions = await negativeProbes.attempts(target, AbortSignal.timeout(1_000));
    const names: readonly IdentityName[] = ['plaintext', 'no-certificate', 'foreign-ca'];
    observations.push(...names.slice(0, questions.length).map((name) => seen(target, name, 'rejected')));
  }
  const credentials = new Map<string, CredentialFacts>();
  for (const instance of inventory.instances.filter(({ local }) => local)) {
    const { ca, cert, key } = instance.security;
    const paths = { ca: ca?.value, cert: cert?.value, key: key?.value };
    credentials.set(credentialKey(instance), await gatherCredentialFacts(paths, new Date()));
  }
  return {
    now: new Date(),
    inventory,
    credentials,
    calling: new Map(),
    baselines: new Map(),
    agent: credentials.values().next().value,
    observations,
    peerReports: [],
    serverHandshakes: [],
    resumptions: [],
    targets: [],
    negativeProbes: 'on',
    negativeProbesPending: [],
  };
}

/** What it shows of that. */
export async function renderAgent(agent: AgentOfMany): Promise<Rendered> {
  const evidence = await evidenceOf(agent);
  const { inventory, observations, credentials } = evidence;
  const metrics = new AgentMetrics();
  metrics.setBuildInfo({ version: '0.0.0' });
  metrics.setInventory(inventory, agent.targets);
  for (const one of observations) {
    metrics.countProbe(one);
  }
  metrics.setObservations(observations);
  metrics.setFindings(runChecks(evidence));
  metrics.setCredentials(
    inventory.instances.flatMap((instance) => {
      const facts = credentials.get(credentialKey(instance));
      return facts === undefined ? [] : [{ component: instance.component, instance: instance.name, facts }];
    }),
  );
  const text = await metrics.render();
  return { text, series: seriesOf(text) };
}

/** Lines of /metrics that are samples. */
export function seriesOf(text: string): number {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
}

function seen(
  { instance, endpoint }: AgentOfMany['targets'][number],
  identity: IdentityName,
  outcome: 'accepted' | 'rejected',
): EndpointObservation {
  const rejection = { side: 'peer', by: 'tls-alert', number: 42, name: 'bad_certificate' } as const;
  const observation: Observation = {
    protocol: endpoint.profile.probe.protocol,
    identity,
    host: endpoint.host,
    port: endpoint.port,
    at: new Date(),
    outcome,
    rejection: outcome === 'rejected' ? rejection : undefined,
    detail: '',
    peerChain: chainOf(instance.security.cert?.value ?? ''),
    peerProblem: undefined,
    tlsVersion: 'TLSv1.3',
    cipher: 'TLS_AES_128_GCM_SHA256',
    alpn: undefined,
    durations: { total: 0.004321, connect: 0.000234, handshake: 0.002345 },
    application: undefined,
  };
  return { instance, endpoint, observation };
}

const chains = new Map<string, Observation['peerChain']>();

function chainOf(file: string): Observation['peerChain'] {
  const known = chains.get(file) ?? splitCertificates(readFileSync(file, 'utf8')).map((pem) => readCertificate(pem));
  chains.set(file, known);
  return known;
}
