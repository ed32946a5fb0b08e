import t from 'tap';
import { sourcesAgree } from '../../checks/sources-agree.js';
import { unusedAllowListEntry } from '../../checks/unused-allow-list-entry.js';
import type { Disagreement } from '../../cluster/inventory/inventory.js';
import { authority, evidenceOf, factsOf, instanceOf, names, origin, run } from '../support/evidence.js';

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
