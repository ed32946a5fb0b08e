import { createSecureContext } from 'node:tls';
import t, { type Test } from 'tap';
import { Collector } from '../../../agent/collect/collector.js';
import { negativeProbesOnce, observeOnce } from '../../../agent/collect/cycle.js';
import { readAgentConfig } from '../../../agent/config/load.js';
import { Authority, type Issued } from '../../../certs-dev/authority.js';
import type { Finding } from '../../../checks/finding.js';
import { type UnauthorizedClient, unauthorizedClientExpectation } from '../../../cluster/access/expectation.js';
import type { ComponentName, EndpointName, EndpointProfile } from '../../../cluster/components/profile.js';
import { profiles } from '../../../cluster/components/profiles.js';
import type { DevCluster } from '../../../devcluster/dev-cluster.js';
import type { FaultName } from '../../../devcluster/faults.js';
import { handlersOf } from '../../../devcluster/handlers.js';
import { DevPort } from '../../../devcluster/port.js';
import { registryOf } from '../../../devcluster/registry.js';
import { withoutStall } from '../../../probes/event-loop-stall.js';
import { noCertificateIdentity } from '../../../probes/identity.js';
import { probePlaintext } from '../../../probes/plaintext-probe.js';
import { probeEndpoint } from '../../../probes/probe.js';
import type { Identity } from '../../../probes/prober.js';
import { devCluster } from '../../support/dev-cluster.js';
import { patience } from '../../support/eventually.js';
import { authority, factsOf, instanceOf } from '../../support/evidence.js';

type Version = 'TLSv1.2' | 'TLSv1.3';
const names = { dns: ['localhost'], ip: ['127.0.0.1'] };
const allowed = await authority.issue({ commonName: 'first', ...names });
const last = await authority.issue({ commonName: 'last', ...names });
const nobody = await authority.issue({ commonName: 'nobody', ...names });
const foreign = await (await Authority.create()).issue({ commonName: 'first', ...names });
const server = await authority.issue({ commonName: 'server', ...names });

/** Each identity, and which client it is to the port. */
const identities: readonly (readonly [string, Issued | undefined, UnauthorizedClient])[] = [
  ['first', allowed, { leaf: ['first'] }],
  ['last', last, { leaf: ['last'] }],
  ['nobody', nobody, { leaf: ['nobody'] }],
  ['other CA', foreign, 'foreign-ca'],
  ['none', undefined, 'no-certificate'],
];

const lists: readonly (readonly [string, readonly string[] | undefined])[] = [
  ['no list', undefined],
  ['one entry', ['first']],
  ['two entries', ['first', 'last']],
];

function identityOf(pair: Issued | undefined, version: Version): Identity {
  const agent = pair === undefined ? {} : { cert: pair.certificatePem, key: pair.keyPem };
  const secureContext = createSecureContext({ ...agent, minVersion: version, maxVersion: version });
  return { ...noCertificateIdentity(), secureContext };
}

async function portFor(
  t: Test,
  component: ComponentName,
  profile: EndpointProfile,
  list: readonly string[] | undefined,
) {
  const { paths } = await factsOf(t, server);
  const instance = instanceOf(component, list === undefined ? {} : { list });
  const port = new DevPort({
    profile,
    files: { ca: paths.ca ?? '', cert: paths.cert ?? '', key: paths.key ?? '' },
    instance: () => instance,
    handlers: handlersOf({ name: component, component }, profile.name, () => registryOf([], () => '')),
    ownCommonName: 'server',
  });
  const number = await port.listen();
  t.teardown(() => port.stop());
  const endpoint = instance.endpoints.find(({ name }) => name === profile.name);
  if (endpoint === undefined) {
    throw new TypeError('an instance has the ports of its profile');
  }
  const probe = profile.nameProbe ?? profile.probe;
  return { instance, endpoint, target: { host: '127.0.0.1', port: number, alpn: profile.alpn[probe.protocol], probe } };
}

for (const { component, endpoints } of Object.values(profiles)) {
  t.test(`${component}: every identity × allow-list × TLS version has the outcome of the profile`, async (t) => {
    for (const profile of endpoints) {
      for (const [listed, list] of lists) {
        const { instance, endpoint, target } = await portFor(t, component, profile, list);
        const row: string[] = [];
        for (const [who, pair, unauthorizedClient] of identities) {
          const expected =
            unauthorizedClientExpectation(endpoint, instance, unauthorizedClient, 'server') === 'accepted'
              ? 'accepted'
              : 'rejected';
          const versions: readonly Version[] =
            profile.maximumVersion === 'TLSv1.2' ? ['TLSv1.2'] : ['TLSv1.2', 'TLSv1.3'];
          for (const version of versions) {
            const { outcome } = await withoutStall(() =>
              probeEndpoint(target, identityOf(pair, version), { timeout: patience }),
            );
            t.equal(outcome, expected, `${profile.name}, ${listed}: ${who} over ${version}`);
          }
          row.push(`${who} ${expected}`);
        }
        const plaintext = await withoutStall(() => probePlaintext(target, { timeout: patience }));
        t.equal(plaintext.outcome, 'rejected', `${profile.name}, ${listed}: plaintext`);
        t.comment(`| ${component} ${profile.name} | ${listed} | ${row.join(' | ')} |`);
      }
    }
  });
}

async function findingsOf(cluster: DevCluster, timeout = patience): Promise<readonly Finding[]> {
  const config = readAgentConfig(cluster.agentConfig);
  const collector = await Collector.create(
    { ...config, scope: 'cluster', probe: { ...config.probe, timeout } },
    { now: () => new Date(), onReload: () => undefined },
  );
  const { signal } = new AbortController();
  await observeOnce(collector, signal);
  await negativeProbesOnce(collector, signal);
  return collector.evaluate();
}

function bad(findings: readonly Finding[]): readonly string[] {
  return findings
    .filter(({ status }) => status === 'fail' || status === 'warn')
    .map(
      ({ status, check, component, endpoint, identity }) =>
        `${status} ${check} ${component}/${endpoint}${identity === undefined ? '' : ` as ${identity}`}`,
    )
    .sort();
}

const unauthorizedClients = (where: string, ...who: readonly string[]) =>
  who.map((one) => `fail rejects-unauthorized ${where} as ${one}`);

const faults: readonly (readonly [FaultName, ComponentName, EndpointName, readonly string[]])[] = [
  [
    'requestsNoCertificate',
    'tidb',
    'status',
    [...unauthorizedClients('tidb/status', 'no-certificate'), 'fail requests-certificate tidb/status'],
  ],
  ['verifiesNothing', 'pd', 'client', unauthorizedClients('pd/client', 'foreign-ca', 'no-certificate')],
  ['ignoresNames', 'tikv', 'grpc', unauthorizedClients('tikv/grpc', 'tiproxy')],
  ['ignoresNames', 'tikv', 'status', unauthorizedClients('tikv/status', 'tiproxy')],
  ['ignoresNames', 'tiflash', 'metrics', unauthorizedClients('tiflash/metrics', 'pd', 'ticdc', 'tikv', 'tiproxy')],
  ['plaintextToo', 'pd', 'client', unauthorizedClients('pd/client', 'plaintext')],
];

t.test('each way of accepting unauthorized clients changes exactly the findings that it should', async (t) => {
  const cluster = await devCluster(t);
  t.strictSame(bad(await findingsOf(cluster)), [], 'a healthy cluster rejects them all');
  for (const [fault, component, endpoint, expected] of faults) {
    await cluster.fault(component, endpoint, fault, true);
    t.strictSame(bad(await findingsOf(cluster)), expected, `${fault} on ${component} ${endpoint}`);
    await cluster.fault(component, endpoint, fault, false);
  }
  for (const [fault, status] of [
    ['down', 'unknown'],
    ['silent', 'unknown'],
  ] as const) {
    await cluster.fault('ticdc', 'api', fault, true);
    // Other ports may fail with so short a timeout.
    const statuses = (await findingsOf(cluster, 400))
      .filter(({ check, component }) => check === 'rejects-unauthorized' && component === 'ticdc')
      .map((finding) => finding.status);
    t.strictSame([...new Set(statuses)], [status], `${fault} is no rejection`);
    await cluster.fault('ticdc', 'api', fault, false);
  }
});
