import { writeFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import { issueBad } from '../../certs-dev/bad.js';
import { fileSafe } from '../../checks/file-safe.js';
import { rehearse } from '../../checks/rehearsal/rehearsal.js';
import { survivesRestart } from '../../checks/survives-restart.js';
import type { Instance } from '../../cluster/inventory/inventory.js';
import { CredentialError } from '../../credentials/error.js';
import { gatherCredentialFacts } from '../../credentials/gather.js';
import { cases, fixedTime, outdated } from '../credentials/verifiers/cases.js';
import {
  authority,
  evidenceOf,
  factsOf,
  factsOfCase,
  instanceOf,
  names,
  now,
  origin,
  run,
} from '../support/evidence.js';

const host = [{ value: '127.0.0.1', origin }];
const good = await authority.issue({ ...names, commonName: 'pd' });

t.test('survives-restart: a file that only the agent cannot read is inconclusive', async (t) => {
  const facts = await factsOf(t, good);
  const error = new CredentialError('permission_denied', facts.paths.key ?? '');
  const forbidden = { ...facts, keyMatches: undefined, results: [], errors: [error] };
  const of = (more: typeof forbidden) =>
    run(survivesRestart, evidenceOf({ instances: [instanceOf('tikv')], facts: [more] }));
  t.match(of(forbidden), [
    /^unknown: inconclusive: the agent cannot read what the component would read: .*tls\.key: may not be read/,
  ]);
  const missing = new CredentialError('not_found', facts.paths.cert ?? '');
  t.match(of({ ...forbidden, errors: [error, missing] }), [/^fail: would not start: .*tls\.crt: does not exist$/]);
});

function advertising(dialled: string): Instance {
  const pd = instanceOf('pd', { advertisedHosts: [{ value: dialled, origin }] });
  return { ...pd, endpoints: pd.endpoints.map((endpoint) => ({ ...endpoint, host: dialled })) };
}

t.test('survives-restart says of each case whether a pd-server starts', async (t) => {
  for (const { name, what, host: dialled, pd } of cases) {
    const facts = await factsOfCase(name, 'pd');
    const [finding] = survivesRestart.run(evidenceOf({ instances: [advertising(dialled)], facts: [facts] }));
    t.equal(finding?.status, pd === 'starts' ? 'pass' : 'fail', `${name}: ${what}: ${finding?.message}`);
  }
});

t.test(
  'rehearse rejects what a pd-server does not start with, and what gRPC C-core rejects',
  { skip: outdated },
  async (t) => {
    for (const { name, what, host: dialled, pd: start, grpcCore } of cases) {
      const { inventory } = evidenceOf({ instances: [advertising(dialled)] });
      const findings = rehearse({
        ...{ now: fixedTime, component: 'pd', roles: ['server', 'client'], inventory },
        ...{
          candidate: await factsOfCase(name, 'pd'),
          current: [],
          others: [],
          caGiven: false,
          underCurrentCa: undefined,
        },
        ...{ callerResults: [], observations: [] },
      });
      const works = start === 'starts' && grpcCore === 'accepts';
      t.equal(findings.at(-1)?.status, works ? 'unknown' : 'fail', `${name}: ${what}: no port was asked`);
    }
  },
);

t.test('survives-restart quotes who does not load a file', { skip: outdated }, async (t) => {
  const of = async (component: 'pd' | 'tidb' | 'tikv', name: string) =>
    run(
      survivesRestart,
      evidenceOf({ instances: [instanceOf(component)], facts: [await factsOfCase(name, component)] }),
    );
  t.match(await of('pd', 'c1'), [/^fail: would not start: it cannot load .*x\.crt \(PD \(Go\): x509: negative serial/]);
  t.match(await of('pd', 'a13'), [/^fail: would not start: it cannot load .*ca\.crt \(PD \(Go\): x509: /]);
  t.match(await of('tidb', 'a13'), [/^pass/], 'it skips what is no certificate');
  t.match(await of('tikv', 'c1'), [/^pass/]);
  t.match(await of('tikv', 'b4'), [/^fail: .* \(TiKV \(gRPC C-core\): .*too small/]);
});

t.test('survives-restart: the start conditions of each component', async (t) => {
  const of = async (
    component: 'pd' | 'tikv' | 'tidb',
    pair: typeof good,
    more: Partial<Instance> & { list?: string[] } = {},
  ) =>
    run(
      survivesRestart,
      evidenceOf({
        instances: [instanceOf(component, { advertisedHosts: host, ...more })],
        facts: [await factsOf(t, pair)],
      }),
    );
  t.strictSame(await of('pd', good), ['pass: would start with its current files']);
  t.match(await of('pd', await issueBad(authority, 'expired', names)), [
    /^fail: would not start: its certificate does not verify as client under its CA \(Go: x509: certificate has expired/,
  ]);
  t.match(await of('tikv', await issueBad(authority, 'expired', names)), [/^pass/], 'TiKV starts with an expired one');
  t.match(await of('pd', await issueBad(authority, 'serverAuthOnly', names)), [/^fail: .*does not verify as client/]);
  t.match(await of('pd', await issueBad(authority, 'otherHost', names)), [/^fail: .*does not cover 127\.0\.0\.1/]);
  const short = await authority.issue({ commonName: 'pd', dns: ['*.lan'] });
  const inLan = { advertisedHosts: [{ value: 'pd0.lan', origin }] };
  t.match(await of('pd', short, inLan), [/^pass/], 'Go takes a wildcard with one label after it');
  t.match(await of('tidb', await issueBad(authority, 'otherHost', names)), [/^pass/]);
  t.match(await of('pd', good, { list: ['tidb', 'tikv'] }), [/^fail: .*its allow-list lacks its Common Name pd/]);
  t.match(await of('pd', good, { list: ['tidb', 'pd'] }), [/^pass/]);
  t.match(await of('tidb', await issueBad(authority, 'mismatchedKey', names)), [/^fail: .*do not match/]);
  const { security: complete } = instanceOf('tidb');
  for (const missing of ['cert', 'key'] as const) {
    t.match(await of('tidb', good, { security: { ...complete, [missing]: undefined } }), [
      /^fail: would not start: a CA is set, but not both certificate and key$/,
    ]);
  }
  t.strictSame(
    await of('tidb', await issueBad(authority, 'mismatchedKey', names), { security: { ...complete, ca: undefined } }),
    ['fail: would start and serve plaintext: security.cluster-ssl-ca is not set'],
  );
  const two = { list: ['tidb', 'pd'] };
  t.match(await of('pd', good, { ...two, version: '8.1.0' }), [
    /^fail: .*its allow-list has 2 names, and releases before 8\.4\.0 start with one only$/,
  ]);
  t.match(await of('pd', good, { ...two, version: '8.5.0' }), [/^pass/]);
  t.match(await of('pd', good, { list: ['pd'], version: '8.1.0' }), [/^pass/]);
  const plain = instanceOf('tikv');
  const security = { ...plain.security, ca: undefined, cert: undefined, key: undefined };
  t.strictSame(await of('tikv', good, { security }), [], 'without TLS there is nothing to read');
});

async function corrupted(t: Test, which: 'ca' | 'cert' | 'key', bytes: Buffer) {
  const facts = await factsOf(t, good);
  writeFileSync(facts.paths[which] ?? '', bytes);
  return await gatherCredentialFacts(facts.paths, now);
}

t.test('file-safe: the files that make TiKV and TiFlash exit, without their contents', async (t) => {
  const pem = Buffer.from(good.certificatePem);
  for (const [what, bytes] of [
    ['DER', Buffer.from([0x30, 0x82, 1, 2, 3])],
    ['zeros', Buffer.alloc(64)],
    ['UTF-16', Buffer.from(good.certificatePem, 'utf16le')],
    ['one NUL byte', Buffer.concat([pem, Buffer.from([0])])],
  ] as const) {
    for (const which of ['ca', 'cert', 'key'] as const) {
      const facts = [await corrupted(t, which, bytes)];
      t.match(
        run(fileSafe, evidenceOf({ instances: [instanceOf('tikv')], facts })),
        [/^fail: .*is not PEM text/],
        `${what} as ${which}`,
      );
      t.strictSame(run(fileSafe, evidenceOf({ instances: [instanceOf('pd')], facts })), [], 'PD keeps running');
    }
  }
  t.strictSame(run(fileSafe, evidenceOf({ instances: [instanceOf('tikv')], facts: [await factsOf(t, good)] })), [
    'pass: its files are PEM text',
  ]);
  const garbage = [await corrupted(t, 'cert', Buffer.from('garbage'))];
  t.match(
    run(fileSafe, evidenceOf({ instances: [instanceOf('tikv')], facts: garbage })),
    [/^pass/],
    'TiKV keeps running with other text',
  );
});
