import { createSecureContext } from 'node:tls';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { Authority } from '../../../certs-dev/authority.js';
import { profiles } from '../../../cluster/components/profiles.js';
import { discover } from '../../../cluster/discovery/discover.js';
import { decodeStores } from '../../../cluster/discovery/pd-messages.js';
import { bytesField, varintField } from '../../../cluster/discovery/protobuf.js';
import { registrationsIn } from '../../../cluster/discovery/registrations.js';
import { DevPort } from '../../../devcluster/port.js';
import type { GrpcReply } from '../../../devcluster/port-handlers.js';
import { patience } from '../../support/eventually.js';
import { authority, factsOf, instanceOf } from '../../support/evidence.js';

/** A PD port with these answers, and its discovery over mutual TLS. */
async function pdThat(t: Test, answer: (method: string, url: string) => GrpcReply) {
  const pair = await authority.issue({ commonName: 'pd', dns: ['localhost'], ip: ['127.0.0.1'] });
  const { paths } = await factsOf(t, pair);
  const [profile] = profiles.pd.endpoints;
  if (profile === undefined || paths.ca === undefined || paths.cert === undefined || paths.key === undefined) {
    throw new TypeError('PD has a client port');
  }
  let url = '';
  const port = new DevPort({
    profile,
    files: { ca: paths.ca, cert: paths.cert, key: paths.key },
    instance: () => instanceOf('pd'),
    handlers: { grpc: (method) => answer(method, url) },
    ownCommonName: 'pd',
  });
  url = `https://127.0.0.1:${await port.listen()}`;
  t.teardown(() => port.stop());
  const secureContext = createSecureContext({
    ca: authority.certificatePem,
    cert: pair.certificatePem,
    key: pair.keyPem,
  });
  return { url, ask: () => discover([url], { secureContext, timeout: patience, exclusively }) };
}

const member = (url: string) =>
  Buffer.concat([bytesField(1, 'pd'), bytesField(3, url.replace('https', 'http')), bytesField(4, url)]);
const header = bytesField(1, varintField(1, 42n));
const store = (address: string, more: readonly Buffer[] = []) =>
  bytesField(2, Buffer.concat([bytesField(2, address), bytesField(5, '8.5.0'), ...more]));
const label = (key: string, value: string) => bytesField(4, Buffer.concat([bytesField(1, key), bytesField(2, value)]));

const exclusively = <T>(_address: unknown, connect: () => Promise<T>) => connect();

t.test('tombstones are skipped, a label marks TiFlash, and a peer URL that is still http is kept', async (t) => {
  const pd = await pdThat(t, (method, url) => {
    switch (method) {
      case '/pdpb.PD/GetMembers':
        return Buffer.concat([header, bytesField(2, member(url)), bytesField(3, member(url))]);
      case '/pdpb.PD/GetAllStores':
        return Buffer.concat([
          header,
          store('kv:20160', [bytesField(7, 'kv:20180')]),
          store('pod.set-peer.ns.svc:20160', [bytesField(7, '0.0.0.0:20180')]),
          store('gone:20160', [varintField(3, 2n)]),
          store('flash:3930', [label('engine', 'tiflash'), bytesField(6, 'flash:20170'), bytesField(7, 'flash:20292')]),
        ]);
      default:
        return header;
    }
  });
  const { instances, problems, complete } = await pd.ask();
  t.strictSame(problems, []);
  t.ok(complete.has('tikv') && complete.has('tidb'));
  t.strictSame(
    instances.flatMap(({ component, endpoints }) =>
      endpoints.map(
        ({ name, scheme, host, port }) =>
          `${component} ${name} ${scheme} ${host === '127.0.0.1' ? '' : `${host}:${port}`}`,
      ),
    ),
    [
      'pd client https ',
      'pd peer http ',
      'tikv grpc https kv:20160',
      'tikv status https kv:20180',
      'tikv grpc https pod.set-peer.ns.svc:20160',
      'tikv status https pod.set-peer.ns.svc:20180',
      'tiflash grpc https flash:3930',
      'tiflash proxy https flash:20170',
      'tiflash status https flash:20292',
    ],
  );
});

t.test('without a leader the members are known, and a problem reports the unknown stores', async (t) => {
  const pd = await pdThat(t, (method, url) =>
    method === '/pdpb.PD/GetMembers' ? Buffer.concat([header, bytesField(2, member(url))]) : header,
  );
  const { instances, problems, complete } = await pd.ask();
  t.strictSame(
    instances.map(({ component }) => component),
    ['pd'],
  );
  t.match(problems, [{ code: 'no-leader', severity: 'warn' }]);
  t.notOk(complete.has('tikv'), 'no store is reported as absent');
});

t.test('an error inside an OK: a cluster without stores is none, another error is a problem', async (t) => {
  const inHeader = (type: bigint) => {
    const error = Buffer.concat([varintField(1, type), bytesField(2, 'why not')]);
    return bytesField(1, Buffer.concat([varintField(1, 42n), bytesField(2, error)]));
  };
  const asked = async (type: bigint) =>
    await (
      await pdThat(t, (method, url) => {
        const members = Buffer.concat([header, bytesField(2, member(url)), bytesField(3, member(url))]);
        return method === '/pdpb.PD/GetMembers' ? members : method.endsWith('Stores') ? inHeader(type) : header;
      })
    ).ask();
  t.strictSame((await asked(2n)).problems, [], 'not bootstrapped');
  t.match((await asked(1n)).problems, [{ code: 'stores-unknown', message: 'why not' }]);
});

t.test('invalid answers are problems with their reason', async (t) => {
  const garbage = await pdThat(t, () => Buffer.from([0xff, 0xff, 0xff]));
  t.match((await garbage.ask()).problems, [{ code: 'pd-unreachable', message: /not a protobuf message/ }]);
  const rejecting = await pdThat(t, () => ({ status: 16, message: 'no' }));
  t.match((await rejecting.ask()).problems, [
    { code: 'pd-unreachable', remediation: /Common Name to PD's cert-allowed-cn/ },
  ]);
  const absent = await discover(['https://127.0.0.1:1'], {
    secureContext: createSecureContext(),
    timeout: patience,
    exclusively,
  });
  t.match(absent.problems, [{ code: 'pd-unreachable', severity: 'fail', message: /ECONNREFUSED/ }]);
});

t.test('each failure to reach PD has its fix', async (t) => {
  const pd = await pdThat(t, () => header);
  const foreign = await Authority.create({ commonName: 'Foreign CA' });
  const unauthorizedClient = await foreign.issue({ commonName: 'agent' });
  const secrets = { cert: unauthorizedClient.certificatePem, key: unauthorizedClient.keyPem };
  const unverified = createSecureContext({ ...secrets, ca: foreign.certificatePem });
  const untrusted = createSecureContext({ ...secrets, ca: authority.certificatePem });
  const plain = pd.url.replace('https', 'http');
  for (const [what, url, secureContext, message, remediation] of [
    ['another CA than that of PD', pd.url, unverified, /certificate/, /the CA that issued/],
    [
      'a certificate that it does not trust',
      pd.url,
      untrusted,
      /^the connection was closed before an answer/,
      /trusts the agent's CA/,
    ],
    ['plaintext', plain, undefined, /^the connection was closed before an answer/, /is https/],
    ['no certificate', pd.url, undefined, /^https needs the credentials/, /set all three/],
    ['no listener', 'https://127.0.0.1:1', untrusted, /ECONNREFUSED/, /that PD runs/],
  ] as const) {
    const { problems } = await discover([url], { secureContext, timeout: patience, exclusively });
    t.match(problems, [{ code: 'pd-unreachable', severity: 'fail', message, remediation }], what);
  }
});

t.test('whatever keys and values PD holds, reading them never throws', async () => {
  const key = fc.oneof(
    fc.string(),
    fc.constantFrom(
      '/topology/tidb/a:1/info',
      '/tidb/cdc/x/__cdc_meta__/capture/1',
      '/ms/1/tso/registry/y',
      '/topology/tiproxy/b/info',
    ),
  );
  const value = fc.oneof(fc.string(), fc.json(), fc.constant('{"ip":"h","status_port":1}'));
  fc.assert(
    fc.property(fc.array(fc.tuple(key, value)), (pairs) => {
      registrationsIn(new Map(pairs));
    }),
  );
});

t.test('what a component registers has the length of a name, or is not read', async (t) => {
  const registered = (host: string, key = '/topology/tidb/a:4000') => {
    const info = JSON.stringify({ ip: host, status_port: 10080 });
    return registrationsIn(
      new Map([
        [`${key}/info`, info],
        [`${key}/ttl`, '1'],
      ]),
    );
  };
  t.match(registered('a'.repeat(253)), { alive: [{ address: { port: 10080 } }], unreadable: [] });
  t.match(registered('a'.repeat(254)), { alive: [], unreadable: [/tidb/] });
  const long = registered('a', `/topology/tidb/${'x'.repeat(66_000)}`);
  t.strictSame(long.alive, []);
  t.ok((long.unreadable[0]?.length ?? 0) < 600);
});

t.test('what PD reports as an error is quoted to a thousand characters', async (t) => {
  const pd = await pdThat(t, () => ({ status: 2, message: 'x'.repeat(5_000) }));
  const { problems } = await pd.ask();
  t.match(problems, [{ code: 'pd-unreachable' }]);
  t.ok((problems[0]?.message.length ?? 0) < 1_100);
});

t.test('an answer of a million fields is rejected before it is decoded', async (t) => {
  const start = process.cpuUsage();
  t.throws(() => decodeStores(Buffer.alloc(16 << 20, Buffer.from([8, 1]))), {
    name: 'RangeError',
    message: /more than 30000/,
  });
  t.ok(process.cpuUsage(start).user < 1_000_000);
});
