import { formatOrigin } from '../cluster/documents/origin.js';
import type { Instance } from '../cluster/inventory/inventory.js';
import { isBefore } from '../cluster/inventory/version.js';
import type { Topology } from '../cluster/sources/topology.js';
import type { Finding } from './finding.js';
import { findingOf } from './finding-of.js';

const id = 'before-enable';

/** First TiFlash that speaks TLS. */
const tiflashSince = '4.0.5';

/** An instance of the topology, and its host there, which TiUP's certificate is for. */
export interface Deployed {
  readonly instance: Instance;
  readonly host: string;
}

/** Whether `tiup cluster tls enable` would go through on this topology, in the order in which TiUP asks. */
export function beforeEnable(topology: Topology, deployed: readonly Deployed[]): readonly Finding[] {
  const findings = [
    ...notLocked(topology),
    ...notEnabled(topology),
    ...tiflashSupports(topology),
    ...onePd(topology),
    ...deployed.flatMap(hostsCovered),
  ];
  const ready = !findings.some(({ status }) => status === 'fail');
  const result = ready
    ? findingOf(id, 'pass', 'agent', {
        message: 'ready: tiup cluster tls enable will go through, with a restart of the cluster',
      })
    : findingOf(id, 'fail', 'agent', {
        message: 'not ready: tiup cluster tls enable would refuse, or leave ports with certificates for other names',
        remediation: 'mend what failed above, and ask again',
      });
  return [...findings, result];
}

function finding(topology: Topology, ok: boolean, good: string, bad: string, remediation: string): readonly Finding[] {
  const message = ok ? good : `${formatOrigin(topology.tlsOrigin)}: ${bad}`;
  return [findingOf(id, ok ? 'pass' : 'fail', 'agent', { message, remediation })];
}

function notLocked(topology: Topology) {
  const bad = 'the cluster is locked by a scale-out that did not end';
  return finding(
    topology,
    !topology.scaleOutLocked,
    'no scale-out is pending',
    bad,
    'end the scale-out with tiup cluster scale-out --stage2, or remove its lock',
  );
}

function notEnabled(topology: Topology) {
  return finding(
    topology,
    !topology.tls,
    'TLS is not enabled yet',
    'TLS is enabled already',
    'use check --after-enable; tiup refuses without --force',
  );
}

function onePd(topology: Topology) {
  const members = topology.described.filter(({ component }) => component === 'pd').length;
  const bad = `it has ${members} PDs, and tiup cluster tls enable takes exactly one`;
  const remediation = 'scale PD in to one, enable TLS, scale out again; or deploy anew with enable_tls: true';
  return finding(topology, members === 1, 'it has one PD', bad, remediation);
}

function tiflashSupports({ described, version, ...topology }: Topology): readonly Finding[] {
  if (!described.some(({ component }) => component === 'tiflash')) {
    return [];
  }
  const old = isBefore(version, tiflashSince);
  if (old === undefined) {
    const message = `the release is not told, and TiFlash speaks TLS since ${tiflashSince}`;
    return [
      findingOf(id, 'unknown', 'agent', { message, remediation: 'name meta.yaml instead, which has tidb_version' }),
    ];
  }
  const bad = `TiFlash ${version} does not speak TLS`;
  return finding(
    { ...topology, described, version },
    !old,
    `TiFlash ${version} speaks TLS`,
    bad,
    `upgrade to ${tiflashSince} or later`,
  );
}

/** TiUP issues for localhost, 127.0.0.1 and the host of the topology, and for nothing that is advertised. */
function hostsCovered({ instance, host }: Deployed): readonly Finding[] {
  const others = instance.advertisedHosts.filter(({ value }) => ![host, 'localhost', '127.0.0.1'].includes(value));
  return others.length === 0
    ? [findingOf(id, 'pass', instance, { message: `TiUP's certificate will cover ${host}` })]
    : others.map(({ value, origin }) =>
        findingOf(id, 'fail', instance, {
          message: `TiUP's certificate will be for ${host}, but ${value} is advertised (${formatOrigin(origin)}): callers would refuse it`,
          remediation: `make ${value} the host in the topology, or advertise ${host}`,
        }),
      );
}
