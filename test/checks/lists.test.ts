import t from 'tap';
import { callerInAllowList } from '../../checks/caller-in-allow-list.js';
import { ownNameInList } from '../../checks/own-name-in-list.js';
import { sourcesAgree } from '../../checks/sources-agree.js';
import { unusedAllowListEntry } from '../../checks/unused-allow-list-entry.js';
import type { EndpointName } from '../../cluster/components/profile.js';
import type { Disagreement } from '../../cluster/inventory/inventory.js';
import { authority, evidenceOf, factsOf, instanceOf, names, observed, origin, run } from '../support/evidence.js';

t.test('unused-allow-list-entry: an entry whose owner calls no port under that list', async (t) => {
  const list = (component: 'tikv' | 'pd' | 'tiflash', entries: readonly string[]) =>
    run(unusedAllowListEntry, evidenceOf({ instances: [instanceOf(component, { list: entries })] }));
  t.match(list('tikv', ['tidb', 'pd', 'tikv']), [/^pass/]);
  t.strictSame(list('tikv', ['tidb', 'tikv', 'tiproxy']), [
    'warn: its allow-list contains "tiproxy", the Common Name of tiproxy, which calls none of its ports',
  ]);
  t.match(list('pd', ['tidb', 'pd', 'tiproxy']), [/^pass/], 'TiProxy calls PD');
  t.match(list('tikv', ['tidb', 'tikv', 'RawKvClient1']), [/^pass/], 'the owner of an unknown name is unknown');
  t.match(list('tiflash', ['tidb', 'tiflash', 'tikv']), [/^pass/], 'listed by the documentation');
  t.match(list('tikv', ['TiDB']), [/^pass/], 'one name for all');
  t.strictSame(run(unusedAllowListEntry, evidenceOf({ instances: [instanceOf('tikv')] })), [], 'no allow-list');
  const shared = await factsOf(t, await authority.issue({ ...names, commonName: 'everybody' }));
  t.match(
    run(
      unusedAllowListEntry,
      evidenceOf({
        instances: [instanceOf('tikv', { list: ['everybody'] }), instanceOf('tiproxy', { name: 'p' })],
        facts: [shared, shared],
      }),
    ),
    [/^pass/],
    'a needed caller has the same name',
  );
  const clients = [{ name: 'pd-ctl' as const, commonName: 'Control', origin }];
  t.match(
    run(unusedAllowListEntry, evidenceOf({ instances: [instanceOf('tikv', { list: ['x', 'Control'] })], clients })),
    [/^warn: its allow-list contains "Control", the Common Name of pd-ctl/],
    'a declared client',
  );
});

t.test('sources-agree: each difference with its position; no finding with a single source', async (t) => {
  const difference: Disagreement = {
    code: 'scheme-disagrees',
    severity: 'warn',
    origin,
    message: 'differs',
    remediation: 'fix it',
    component: 'tikv',
    address: undefined,
  };
  const one = [instanceOf('tikv', { sources: ['config'] })];
  const two = [instanceOf('tikv', { sources: ['config', 'pd'] })];
  t.strictSame(run(sourcesAgree, evidenceOf({ instances: one })), []);
  t.strictSame(run(sourcesAgree, evidenceOf({ instances: two })), ['pass: all sources agree']);
  t.match(sourcesAgree.run(evidenceOf({ instances: two, disagreements: [difference] })), [
    { status: 'warn', message: '/conf/c.toml:3:7: differs', remediation: 'fix it' },
  ]);
});

t.test('sources-agree: what PD has registered is held against what the port speaks', async (t) => {
  const chain = await authority.issue(names);
  const registered = (component: 'pd' | 'tso' | 'tikv', key: string, scheme: 'http' | 'https') => {
    const instance = instanceOf(component, { sources: ['pd'] });
    const origin = { kind: 'pd', url: 'https://h:2379', key } as const;
    return { ...instance, endpoints: instance.endpoints.map((endpoint) => ({ ...endpoint, origin, scheme })) };
  };
  const of = (instance: ReturnType<typeof registered>, name: EndpointName, more: object) =>
    sourcesAgree
      .run(evidenceOf({ instances: [instance], observations: [observed(instance, name, more)] }))
      .map(({ status, message }) => `${status}: ${message}`);
  const pd = registered('pd', 'member pd-1', 'http');
  t.strictSame(of(pd, 'peer', { chain }), [
    'fail: PD at https://h:2379 member pd-1: http://127.0.0.1:2380 is registered, and the port speaks TLS: callers that take the registered URL send plaintext',
  ]);
  t.match(of(pd, 'client', { chain }), [/member pd-1: http:\/\/127\.0\.0\.1:2379 is registered/]);
  t.match(of(registered('tso', '/ms/1/tso/registry/h', 'http'), 'service', { chain }), [/http:\/\/127\.0\.0\.1:3379 /]);
  t.strictSame(of(pd, 'peer', { outcome: 'not-tls' }), [], 'registered and spoken alike');
  t.strictSame(of(registered('pd', 'member pd-1', 'https'), 'peer', { chain }), []);
  t.strictSame(of(registered('tikv', 'x', 'http'), 'grpc', { chain }), [], 'a store has no registered scheme');
});

t.test('own-name-in-list: PD, and the last Common Name counts', async (t) => {
  const facts = await factsOf(t, await authority.issue({ ...names, commonName: ['other', 'pd'] }));
  const of = (component: 'pd' | 'tikv', list?: readonly string[]) =>
    run(
      ownNameInList,
      evidenceOf({ instances: [instanceOf(component, list === undefined ? {} : { list })], facts: [facts] }),
    );
  t.strictSame(of('pd', ['tidb']), ['fail: its allow-list lacks its Common Name pd: it will exit at its next start']);
  t.strictSame(of('pd', ['tidb', 'other']), [
    'fail: its allow-list lacks its Common Name pd: it will exit at its next start',
  ]);
  t.strictSame(of('pd', ['tidb', 'pd']), ['pass: its allow-list contains its Common Name, pd']);
  t.strictSame(of('pd'), [], 'no allow-list');
  t.strictSame(of('tikv', ['tidb']), [], 'TiKV does not dial itself');
});

t.test(
  'the fix for a certificate without a Common Name is never an empty entry, which would accept every such certificate',
  async (t) => {
    const nameless = await factsOf(t, await authority.issue({ ...names, commonName: undefined }));
    const pd = instanceOf('pd', { list: ['tidb', 'pd'] });
    const remediation = /^issue the certificate with a Common Name of the allow-list at \/conf\/c\.toml:3:7$/;
    t.match(ownNameInList.run(evidenceOf({ instances: [pd], facts: [nameless] })), [{ status: 'fail', remediation }]);
    const caller = instanceOf('tidb', { name: 'caller' });
    const lists = callerInAllowList.run(evidenceOf({ instances: [pd, caller], facts: [undefined, nameless] }));
    t.match(lists, [
      {
        status: 'fail',
        remediation,
        message: 'tidb, which calls this port, presents no Common Name, and the allow-list requires one',
      },
    ]);
    const twice = await factsOf(t, await authority.issue({ ...names, commonName: ['first', 'last'] }));
    const counted = (component: 'pd' | 'tikv') => {
      const callee = instanceOf(component, { list: ['x', 'y'] });
      const evidence = evidenceOf({ instances: [callee, caller], facts: [undefined, twice] });
      return callerInAllowList.run(evidence).map(({ remediation }) => remediation.split(' to the allow-list')[0]);
    };
    t.ok(
      counted('pd').every((remediation) => remediation === 'add "last"'),
      'the one that PD compares',
    );
    t.ok(
      counted('tikv').every((remediation) => remediation === 'add "first"'),
      'the one that TiKV compares',
    );
  },
);
