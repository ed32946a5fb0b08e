import { formatOrigin } from '../cluster/documents/origin.js';
import type { Instance } from '../cluster/inventory/inventory.js';
import { isBefore } from '../cluster/inventory/version.js';
import type { Topology } from '../cluster/sources/topology.js';
import { type Finding, findingOf } from './finding.js';
import { exceptionOf, runParts } from './run-checks.js';

const id = 'before-enable';

/** The first TiFlash with TLS. */
const tiflashSince = '4.0.5';

/** An instance of the topology, and its host there, which TiUP's certificate covers. */
interface Deployed {
  readonly instance: Instance;
  readonly host: string;
}

/** The CA that TiUP keeps beside meta.yaml, and issues from. */
export interface TiupAuthority {
  readonly file: string;
  /** Why TiUP cannot issue from it; undefined where it can. */
  readonly problem: string | undefined;
}

/** Whether `tiup cluster tls enable` would succeed on this topology, in the order of TiUP's own checks. */
export function beforeEnable(
  topology: Topology,
  deployed: readonly Deployed[],
  authority?: TiupAuthority,
): readonly Finding[] {
  const findings = [
    ...runParts(id, topology, notLocked, notEnabled, withoutTispark, tiflashSupports, onePd, urlsWithoutHttp),
    ...(authority === undefined ? [] : authorityUsable(authority)),
    ...deployed.flatMap((one) => runParts(id, one, hostsCovered)),
  ];
  return [...findings, resultOf(findings)];
}

function resultOf(findings: readonly Finding[]): Finding {
  if (findings.some(({ status }) => status === 'fail')) {
    return findingOf(id, 'fail', 'agent', {
      message: 'not ready: tiup cluster tls enable would fail, or leave ports with certificates for other names',
      remediation: 'fix the failed findings above, and run this check again',
    });
  }
  return findings.some((one) => exceptionOf(one) !== undefined)
    ? findingOf(id, 'unknown', 'agent', { message: 'inconclusive: a part of this check itself failed' })
    : findingOf(id, 'pass', 'agent', {
        message: 'ready: tiup cluster tls enable will succeed, with a restart of the cluster',
      });
}

function finding(
  topology: Topology,
  ok: boolean,
  passed: string,
  failed: string,
  remediation: string,
): readonly Finding[] {
  const message = ok ? passed : `${formatOrigin(topology.tlsOrigin)}: ${failed}`;
  return [findingOf(id, ok ? 'pass' : 'fail', 'agent', { message, remediation })];
}

function notLocked(topology: Topology) {
  const failed = 'the cluster is locked by an unfinished scale-out';
  return finding(
    topology,
    !topology.scaleOutLocked,
    'no scale-out is pending',
    failed,
    'finish the scale-out with tiup cluster scale-out --stage2, or remove its lock',
  );
}

function notEnabled(topology: Topology) {
  return finding(
    topology,
    !topology.tls,
    'TLS is not enabled yet',
    'TLS is enabled already',
    'use check --after-enable; tiup stops here without --force',
  );
}

function withoutTispark(topology: Topology) {
  const at = topology.tispark ?? topology.tlsOrigin;
  const failed = 'TiSpark is deployed, and tiup cluster tls enable does not support it';
  const remediation = 'scale TiSpark in, or deploy it without TiUP';
  return finding(
    { ...topology, tlsOrigin: at },
    topology.tispark === undefined,
    'no TiSpark is deployed',
    failed,
    remediation,
  );
}

/** TiUP takes an advertised URL as it is written, so that PD would go on advertising http. */
function urlsWithoutHttp({ httpUrls }: Topology): readonly Finding[] {
  return httpUrls.map(({ value, origin }) =>
    findingOf(id, 'fail', 'agent', {
      message: `${formatOrigin(origin)}: PD would go on advertising ${value} after enabling TLS`,
      remediation: `with tiup cluster edit-config write ${value.replace('http://', 'https://')}, or remove the key`,
    }),
  );
}

function authorityUsable({ file, problem }: TiupAuthority): readonly Finding[] {
  return problem === undefined
    ? [findingOf(id, 'pass', 'agent', { message: `TiUP issues from the CA ${file}` })]
    : [
        findingOf(id, 'fail', 'agent', {
          message: `TiUP cannot issue from the CA ${file}: ${problem}`,
          remediation: 'have TiUP make another one: tiup cluster tls NAME enable --reload-certificate',
        }),
      ];
}

function onePd(topology: Topology) {
  const members = topology.described.filter(({ component }) => component === 'pd').length;
  const failed = `it has ${members} PDs, and tiup cluster tls enable supports exactly one`;
  const remediation =
    'scale PD in to one, enable TLS, and scale out again; or deploy a new cluster with enable_tls: true';
  return finding(topology, members === 1, 'it has one PD', failed, remediation);
}

function tiflashSupports({ described, version, ...topology }: Topology): readonly Finding[] {
  if (!described.some(({ component }) => component === 'tiflash')) {
    return [];
  }
  const old = isBefore(version, tiflashSince);
  if (old === undefined) {
    const message = `inconclusive: the release is unknown, and TiFlash supports TLS since ${tiflashSince}`;
    return [
      findingOf(id, 'unknown', 'agent', {
        message,
        remediation: 'name meta.yaml instead, which contains tidb_version',
      }),
    ];
  }
  const failed = `TiFlash ${version} does not support TLS`;
  return finding(
    { ...topology, described, version },
    !old,
    `TiFlash ${version} supports TLS`,
    failed,
    `upgrade to ${tiflashSince} or later`,
  );
}

/** TiUP issues certificates for localhost, 127.0.0.1 and the host in the topology, and for no advertised name. */
function hostsCovered({ instance, host }: Deployed): readonly Finding[] {
  const others = instance.advertisedHosts.filter(({ value }) => ![host, 'localhost', '127.0.0.1'].includes(value));
  return others.length === 0
    ? [findingOf(id, 'pass', instance, { message: `TiUP's certificate will cover ${host}` })]
    : others.map(({ value, origin }) =>
        findingOf(id, 'fail', instance, {
          message: `TiUP's certificate will cover ${host}, but ${value} is advertised (${formatOrigin(origin)}): callers would reject it`,
          remediation: `make ${value} the host in the topology, or advertise ${host}`,
        }),
      );
}
