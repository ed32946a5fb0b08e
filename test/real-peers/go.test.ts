import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { Issued } from '../../certs-dev/authority.js';
import { pd } from '../../cluster/components/pd.js';
import type { HarmlessProbe } from '../../cluster/components/profile.js';
import { tidb } from '../../cluster/components/tidb.js';
import type { CredentialPaths } from '../../credentials/paths.js';
import { withoutStall } from '../../probes/event-loop-stall.js';
import { probeEndpoint } from '../../probes/probe.js';
import { patience } from '../support/eventually.js';
import { buildGoPeers, fixtures, needsGo } from '../support/go-peers.js';
import {
  authority,
  type Expectation,
  identity,
  linkedFiles,
  names,
  say,
  started,
  table,
  type Version,
  versions,
} from '../support/real-peer.js';
import { everyRotation } from '../support/rotations.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const go = needsGo();

function asking(port: number, probe: HarmlessProbe, ca = authority.certificatePem) {
  const alpn = probe.protocol === 'http' ? ['http/1.1'] : ['h2'];
  const target = { host: '127.0.0.1', port, alpn, probe };
  return (pair: Issued | undefined, version: Version) =>
    withoutStall(() => probeEndpoint(target, identity(pair, version, ca), { timeout: patience }));
}

async function servedBy(ask: ReturnType<typeof asking>, pair: Issued): Promise<string> {
  const seen = await ask(pair, 'TLSv1.3');
  return seen.outcome === 'accepted' ? `${seen.peerChain[0]?.subject}` : say(seen);
}

async function start(t: Test, component: 'pd' | 'tidb', files: CredentialPaths, list: readonly string[]) {
  const tls = ['--cacert', files.ca, '--cert', files.cert, '--key', files.key, '--allowed-cn', list.join(',')];
  const extra = component === 'pd' ? ['--data-dir', join(temporaryDirectory(t), 'data'), '--fixtures', fixtures] : [];
  const ready = component === 'pd' ? /READY (\d+) (\d+)/ : /READY (\d+)/;
  const [, main, peer] = await started(t, buildGoPeers(), [component, ...tls, ...extra], ready);
  return { main: Number(main), peer: Number(peer) };
}

/** What a Go listener of today does with each identity when it asks for a certificate and has no list. */
const rejections: readonly Expectation[] = [
  ['noUsage', 'accepted'],
  ['intermediateChain', 'accepted'],
  ['none', 'rejected by tls-alert 40', 'rejected by tls-alert 116'],
  ['otherCa', 'rejected by tls-alert 48'],
  ['expired', 'rejected by tls-alert 45'],
  ['notYetValid', 'rejected by tls-alert 45'],
  ['serverAuthOnly', 'rejected by tls-alert 42'],
];
const wrongName = 'rejected by tls-alert 42';

const getMembers: HarmlessProbe = { protocol: 'grpc', method: '/pdpb.PD/GetMembers' };
const version: HarmlessProbe = { protocol: 'http', path: '/version', accept: 'any' };
const status: HarmlessProbe = { protocol: 'http', path: '/status', accept: 'tidb-status' };

t.test('etcd as PD embeds it', go, async (t) => {
  const tls = temporaryDirectory(t);
  const files = linkedFiles(tls, await authority.issue({ ...names, commonName: 'TiDB-Server' }));
  const { main, peer } = await start(t, 'pd', files, ['TiDB-Server']);
  await table(t, 'PD client port, HTTP', [['good', 'accepted'], ...rejections], asking(main, version));
  await table(t, 'PD client port, gRPC', [['good', 'accepted'], ...rejections], asking(main, getMembers));
  await table(
    t,
    'PD peer port, one entry',
    [
      ['good', 'accepted'],
      ['superstringCommonName', wrongName],
    ],
    asking(peer, version),
  );
  await table(t, 'PD client port, one entry', [['superstringCommonName', 'accepted']], asking(main, version));

  const good = await authority.issue(names);
  await t.test('answers each harmless question of the profile', async (t) => {
    const [client] = pd.endpoints;
    for (const probe of [client?.probe, ...Object.values(client?.questions ?? {})]) {
      const seen = probe === undefined ? undefined : await asking(main, probe)(good, 'TLSv1.3');
      t.match(seen, { outcome: 'accepted' }, JSON.stringify(probe));
    }
    const members = await asking(main, getMembers)(good, 'TLSv1.3');
    const second = { name: 'pd-1', memberId: '13991737432426069644', clientUrls: ['https://pd-1:2379'] };
    const answer = { clusterId: '7711946276361020377', leader: 'pd-0', members: [{ name: 'pd-0' }, second, {}] };
    t.match(members.application, { status: 0 }, 'over gRPC');
    const http = await asking(main, { protocol: 'http', path: '/pd/api/v1/members', accept: 'pd-members' })(
      good,
      'TLSv1.2',
    );
    t.match(http.application, { status: 200, answer }, 'over HTTP');
    const health = await asking(main, { protocol: 'http', path: '/pd/api/v1/health', accept: 'pd-health' })(
      good,
      'TLSv1.3',
    );
    t.match(health.application, { answer: { members: [{ healthy: true }, { healthy: true }, { healthy: false }] } });
  });

  const ask = asking(main, version);
  const next = await everyRotation(t, {
    directory: tls,
    files,
    served: () => servedBy(ask, good),
    mismatched: 'rejected by tls-alert 80',
  });
  const nextCaller = await next.issue(names);
  t.equal(await servedBy(ask, nextCaller), 'rejected by tls-alert 48', 'and those of the new CA are refused');
});

t.test('etcd as PD embeds it, with two names: the client port compares them too', go, async (t) => {
  const files = linkedFiles(temporaryDirectory(t), await authority.issue({ ...names, commonName: 'PD-Server' }));
  const { main, peer } = await start(t, 'pd', files, ['PD-Server', 'TiDB-Server']);
  for (const [port, title] of [
    [main, 'PD client port, two entries'],
    [peer, 'PD peer port, two entries'],
  ] as const) {
    await table(
      t,
      title,
      [
        ['good', 'accepted'],
        ['superstringCommonName', wrongName],
      ],
      asking(port, version),
    );
  }
});

t.test("TiDB's status port without a list accepts every client", go, async (t) => {
  const files = linkedFiles(temporaryDirectory(t), await authority.issue({ ...names, commonName: 'TiDB-Server' }));
  const { main } = await start(t, 'tidb', files, []);
  const everybody = (['good', 'none', 'otherCa', 'expired', 'serverAuthOnly'] as const).map(
    (kind): Expectation => [kind, 'accepted'],
  );
  await table(t, 'TiDB, no list', everybody, asking(main, status));
});

t.test("TiDB's status port with a list", go, async (t) => {
  const tls = temporaryDirectory(t);
  const files = linkedFiles(tls, await authority.issue({ ...names, commonName: 'TiDB-Server' }));
  const { main } = await start(t, 'tidb', files, [' TiDB-Server ']);
  const ask = asking(main, status);
  await table(t, 'TiDB, list', [['good', 'accepted'], ['superstringCommonName', wrongName], ...rejections], ask);
  const good = await authority.issue(names);
  for (const tlsVersion of versions) {
    t.match((await ask(good, tlsVersion)).application, { answer: { version: '8.0.11-TiDB-v8.5.0' } });
  }
  t.match(tidb.endpoints[0]?.probe, status, 'this is the question the profile asks');
  const next = await everyRotation(t, {
    directory: tls,
    files,
    served: () => servedBy(ask, good),
    mismatched: 'rejected by tls-alert 80',
  });
  t.equal(
    await servedBy(ask, await next.issue(names)),
    'rejected by tls-alert 48',
    'callers of the new CA are refused',
  );
});
