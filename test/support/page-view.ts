import type { Test } from 'tap';
import { ObservationStore } from '../../agent/collect/observation-store.js';
import type { AgentView } from '../../agent/page/view.js';
import { knownNames } from '../../checks/allow-list.js';
import { incidentsOf } from '../../checks/causes/incidents.js';
import type { EndpointObservation } from '../../checks/check.js';
import { runChecks } from '../../checks/run-checks.js';
import { matrixOf } from '../../cluster/access/matrix.js';
import type { Instance } from '../../cluster/inventory/inventory.js';
import type { Observation } from '../../probes/observation.js';
import { authority, day, evidenceOf, factsOf, instanceOf, names, now, observed } from './evidence.js';

/** Markup, quotes, a line break, a terminal escape and a mark that turns the writing direction. */
export const hostile = `"><script>alert('x')</script>\u202e\u001b[31m\n&amp;`;

const rejectedByPeer: Partial<Observation> = {
  outcome: 'rejected',
  rejection: { side: 'peer', by: 'tls-alert', number: 42, name: 'bad_certificate' },
  detail: 'rejected by the server with the TLS alert bad_certificate (42)',
};

/**
 * What the page shows of a cluster of so many TiKV, two ports each, evaluated by the real checks: of the first the status
 * port serves another certificate than the one on disk, and the other rejects TiKV; the last has a hostile name.
 */
export async function pageViewOf(t: Pick<Test, 'teardown'>, count: number): Promise<AgentView> {
  const pair = await authority.issue(names);
  const former = await authority.issue({
    ...names,
    notAfter: new Date(now.getTime() + 5 * day),
    notBefore: new Date(now.getTime() - 360 * day),
  });
  const evil = await authority.issue({ ...names, commonName: hostile });
  const facts = await factsOf(t, pair);
  // A probe that is older than the file says nothing about it.
  const at = new Date(Date.now() + 1_000);
  const sample = observed(instanceOf('tikv'), 'grpc', { chain: pair });
  const last = count - 1;
  const instances = Array.from({ length: count }, (_, index): Instance => {
    const name = index === last ? `10.0.0.9:20180${hostile}` : `10.0.${Math.floor(index / 250)}.${index % 250}:20180`;
    return instanceOf('tikv', { name, list: ['tidb', 'tikv'], local: index === 0 });
  });
  const observations = instances.flatMap((instance, index): readonly EndpointObservation[] => {
    const { peerChain } = sample.observation;
    const grpc = observed(instance, 'grpc', index === last ? { at, chain: evil, detail: hostile } : { at, peerChain });
    const served = index === 0 ? { at, chain: former } : { at, peerChain };
    const extra = index === 0 ? [observed(instance, 'grpc', { ...rejectedByPeer, identity: 'tikv' })] : [];
    return [grpc, observed(instance, 'status', served), ...extra];
  });
  const evidence = evidenceOf({ instances, facts: [facts], agent: facts, observations });
  const findings = runChecks(evidence);
  const incidents = incidentsOf(evidence, findings);
  const store = new ObservationStore();
  for (const one of observations) {
    store.record(one);
  }
  const [first] = instances;
  const place = { component: 'tikv', instance: first?.name ?? '' } as const;
  const onDisk = facts.chain?.[0];
  return {
    now: () => new Date(at.getTime() + 60_000),
    startedAt: now,
    version: '0.0.0',
    ready: () => true,
    isStuck: () => false,
    findings: () => findings,
    incidents: () => incidents,
    incidentSince: () => now,
    observations: () => observations,
    inventory: () => evidence.inventory,
    matrix: () => matrixOf(evidence.inventory, knownNames(evidence)),
    credentials: () => [{ ...place, facts }],
    events: () => [
      {
        ...place,
        at: now.toISOString(),
        kind: 'rotation',
        message: `files changed; ${hostile}`,
        fingerprint: onDisk?.fingerprint ?? '',
        notAfter: onDisk?.notAfter.toISOString() ?? '',
        changedAt: now.toISOString(),
      },
    ],
    since: () => now,
    runs: (instance, endpoint) => store.runs(instance, endpoint),
    pathsOf: (identity) => (identity === 'agent' ? facts.paths : undefined),
  };
}
