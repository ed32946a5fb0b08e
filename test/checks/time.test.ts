import t from 'tap';
import { Authority } from '../../certs-dev/authority.js';
import { caUnchanged } from '../../checks/ca-unchanged.js';
import { certificateValidity } from '../../checks/certificate-validity.js';
import { type Baseline, credentialKey } from '../../checks/check.js';
import { lifetimeCoversReload } from '../../checks/lifetime-covers-reload.js';
import { urgencyOf } from '../../checks/thresholds.js';
import type { CredentialFacts } from '../../credentials/facts.js';
import { fixedTime } from '../credentials/verifiers/cases.js';
import {
  day,
  evidenceOf,
  factsOf,
  factsOfCase,
  instanceOf,
  names,
  observed,
  rejected,
  run,
  serverHandshakeOf,
} from '../support/evidence.js';

const hour = day / 24;
const start = new Date('2026-01-01T00:00:00Z');
const at = (milliseconds: number) => new Date(start.getTime() + milliseconds);
const long = await Authority.create({ notBefore: at(-3650 * day), notAfter: at(36500 * day) });

t.test('a level begins at the sooner of days and share, to the second', async (t) => {
  const left = (lifetime: number, remaining: number) =>
    urgencyOf({ notBefore: at(0), notAfter: at(lifetime) }, at(lifetime - remaining));
  const year = 365 * day;
  const second = 1000;
  for (const [lifetime, remaining, expected] of [
    [10 * year, 14 * day, 'fine'],
    [10 * year, 14 * day - second, 'warning'],
    [10 * year, 7 * day - second, 'critical'],
    [10 * year, day - second, 'emergency'],
    [year, 15 * day, 'fine'],
    [year, 14 * day - second, 'warning'],
    [day, 0.2 * day, 'fine'],
    [day, 0.2 * day - second, 'warning'],
    [day, 0.1 * day - second, 'critical'],
    [day, 0.03 * day - second, 'emergency'],
    [day, 0, 'emergency'],
    [day, -second, 'expired'],
    [day, day + second, 'not-yet-valid'],
  ] as const) {
    t.equal(left(lifetime, remaining), expected, `${lifetime / day} days long, ${remaining / hour} h left`);
  }
});

t.test('certificate-validity: leaf, intermediate and CA on disk, and what a port serves', async (t) => {
  const tikv = instanceOf('tikv');
  const pair = await long.issue({ ...names, notBefore: at(0), notAfter: at(365 * day) });
  const facts = await factsOf(t, pair, { ca: long.certificatePem });
  const on = (when: number) =>
    run(certificateValidity, evidenceOf({ instances: [tikv], facts: [facts], now: at(when) }));
  t.strictSame(on(1 * day), ['pass: tls.crt expires in 364 days']);
  t.strictSame(on(350 * day), ['pass: tls.crt expires in 15 days'], 'cert-manager renews now');
  t.strictSame(on(352 * day), ['warn: tls.crt expires in 13 days (2027-01-01)']);
  t.strictSame(on(360 * day), ['fail: tls.crt expires in 5 days (2027-01-01)']);
  t.strictSame(on(366 * day), ['fail: tls.crt expired 24 hours ago (2027-01-01)']);
  t.strictSame(on(-hour), ['fail: tls.crt is not valid before 2026-01-01T00:00:00.000Z']);

  const short = await Authority.create({ notBefore: at(0), notAfter: at(30 * day) });
  const underShort = await factsOf(t, await short.issue({ ...names, notBefore: at(0), notAfter: at(365 * day) }), {
    ca: short.certificatePem,
  });
  t.strictSame(
    run(certificateValidity, evidenceOf({ instances: [tikv], facts: [underShort], now: at(29 * day) })),
    ['fail: ca.crt expires in 24 hours (2026-01-31)'],
    'the CA expires before its leaf',
  );
  const served = observed(tikv, 'status', { chain: pair, outcome: 'rejected', peerProblem: 'CERT_HAS_EXPIRED' });
  t.strictSame(
    run(certificateValidity, evidenceOf({ instances: [tikv], observations: [served], now: at(400 * day) })),
    ['fail: the certificate served expired 35 days ago (2027-01-01)'],
  );
  t.strictSame(run(certificateValidity, evidenceOf({ instances: [tikv] })), [], 'without facts there is no finding');
});

t.test('certificate-validity: by the chain in use', async (t) => {
  const of = async (name: string) =>
    run(
      certificateValidity,
      evidenceOf({ instances: [instanceOf('pd')], facts: [await factsOfCase(name, 'pd')], now: fixedTime }),
    );
  t.match(
    await of('d5'),
    [/^warn: ca\.crt \(certificate 2, CN=.*\) expired \(.*\), and no chain uses it$/],
    'an old CA',
  );
  t.match(await of('d6'), [/^pass/], 'an old CA that expires in days');
});

t.test('lifetime-covers-reload: what is issued for days, and kept until a restart', async (t) => {
  const of = async (lifetime: number, component: 'tikv' | 'tiflash' | 'tidb' | 'ticdc', version?: string) => {
    const pair = await long.issue({ ...names, notBefore: at(0), notAfter: at(lifetime) });
    const facts = await factsOf(t, pair, { ca: long.certificatePem });
    const instances = [instanceOf(component, { version })];
    return run(lifetimeCoversReload, evidenceOf({ instances, facts: [facts], now: at(hour) }));
  };
  const pass = ['pass: its certificates stay valid until they are reloaded'];
  t.strictSame(await of(day, 'tikv'), [
    'warn: a gRPC channel of TiKV presents the certificate that it was made with, through every reconnect; the certificate is issued for 24 hours',
  ]);
  t.strictSame(await of(30 * day, 'tikv'), pass);
  t.strictSame(await of(hour + 1, 'tidb'), pass, 'read at every handshake');
  t.strictSame(await of(day, 'ticdc', '6.6.0'), pass);
  t.strictSame(await of(day, 'ticdc', '6.5.9'), [
    'warn: the TiCDC port reads its certificate only at its start; the certificate is issued for 24 hours',
    'warn: every outgoing connection of TiCDC presents the certificate that it was made with, through every reconnect; the certificate is issued for 24 hours',
  ]);
  for (const [version, kept] of [
    ['6.1.0', 1],
    ['6.2.0', 2],
    ['6.5.0', 2],
    ['6.5.1', 1],
  ] as const) {
    t.equal((await of(day, 'tikv', version)).length, kept, `the log backup of TiKV ${version}`);
  }

  t.strictSame(await of(365 * day, 'ticdc', '6.5.9'), pass);
  t.match(await of(day, 'tiflash', '7.5.0'), [
    /^warn: the TiFlash HTTPS port \(before 7\.1\) reads/,
    /^warn: a gRPC channel of TiFlash presents/,
  ]);
});

t.test('lifetime-covers-reload: a declared client that loads its certificate once', async (t) => {
  const of = async (lifetime: number, name: 'tispark' | 'client-java' | 'br') => {
    const pair = await long.issue({ ...names, notBefore: at(0), notAfter: at(lifetime) });
    const facts = await factsOf(t, pair, { ca: long.certificatePem });
    const instances = [instanceOf('tidb')];
    const clients = [{ name, commonName: 'Client' }];
    return run(lifetimeCoversReload, evidenceOf({ instances, facts: [facts], clients, now: at(hour) })).slice(1);
  };
  t.strictSame(await of(day, 'tispark'), [
    'warn: a job of TiSpark (Client) presents the certificate of its start until it is restarted; certificates of this cluster are issued for 24 hours',
  ]);
  t.match(await of(day, 'client-java'), [/^warn: a client of client-java \(Client\)/]);
  t.strictSame(await of(365 * day, 'tispark'), []);
  t.strictSame(await of(day, 'br'), []);
});

t.test('lifetime-covers-reload: a port that reloads once an hour', async (t) => {
  const tiproxy = instanceOf('tiproxy');
  const written = at(10 * day);
  const issued = (left: number) => long.issue({ ...names, notBefore: at(0), notAfter: at(10 * day + left) });
  const next = await factsOf(t, await issued(90 * day), { ca: long.certificatePem });
  const of = async (left: number, later: number, facts?: CredentialFacts) => {
    const served = observed(tiproxy, 'api', { chain: await issued(left) });
    const onDisk = facts ?? (await factsOf(t, await issued(left), { ca: long.certificatePem }));
    const instances = [tiproxy];
    return run(
      lifetimeCoversReload,
      evidenceOf({ instances, observations: [served], facts: [onDisk], now: at(10 * day + later) }),
    );
  };
  const renewed = { ...next, certModifiedAt: written.getTime() };
  const pass = ['pass: its certificates stay valid until they are reloaded'];
  t.strictSame(await of(hour / 2, 0, renewed), [
    'fail: serves a certificate that expires in 30 minutes, and may take 60 minutes to serve a renewed one',
  ]);
  t.strictSame(await of(2 * hour, 0, renewed), pass, 'the reload is due before');
  t.strictSame(await of(hour / 2, -hour / 2, { ...renewed, certModifiedAt: written.getTime() - hour }), pass);
  t.strictSame(await of(2 * hour, hour / 2, { ...renewed, certModifiedAt: 0 }), pass, 'the deadline is over');
  const pair = await issued(hour / 2);
  const [same, served] = [
    await factsOf(t, pair, { ca: long.certificatePem }),
    observed(tiproxy, 'api', { chain: pair }),
  ];
  const parts = { instances: [tiproxy], observations: [served], now: written };
  t.strictSame(
    run(lifetimeCoversReload, evidenceOf({ ...parts, facts: [same] })),
    ['fail: serves a certificate that expires in 30 minutes, and may take 60 minutes to serve a renewed one'],
    'not renewed yet',
  );
  t.strictSame(run(lifetimeCoversReload, evidenceOf(parts)), pass, 'files of another host may be renewed already');
  t.strictSame(run(lifetimeCoversReload, evidenceOf({ ...parts, facts: [same], now: at(11 * day) })), pass, 'expired');
});

t.test('ca-unchanged: by content since the baseline, and by the start of the process', async (t) => {
  const pd = instanceOf('pd');
  const facts = await factsOf(t, await long.issue(names), { ca: long.certificatePem });
  const written = facts.caModifiedAt ?? 0;
  const of = (component: 'pd' | 'tikv', baseline: Partial<Baseline>, more: Partial<CredentialFacts> = {}) => {
    const instance = component === 'pd' ? pd : instanceOf('tikv');
    const full = { caDigest: facts.caDigest, since: start, ...baseline };
    return run(
      caUnchanged,
      evidenceOf({
        instances: [instance],
        facts: [{ ...facts, certModifiedAt: written - hour, ...more }],
        baselines: new Map([[credentialKey(instance), full]]),
      }),
    );
  };
  t.strictSame(of('pd', {}), ['pass: the CA file has not changed']);
  t.strictSame(of('pd', { processStart: new Date(written + hour) }), ['pass: the CA file has not changed']);
  t.match(of('pd', { processStart: new Date(written - hour) }), [
    /^warn: ca\.crt was written .*, after the process started .*; unless its contents are the same, the process trusts the old CA$/,
  ]);
  const another = { caDigest: 'another' };
  t.strictSame(of('pd', { ...another, processStart: new Date(written - hour) }), [
    'fail: ca.crt changed after 2026-01-01T00:00:00.000Z; the running process still trusts the old CA',
  ]);
  t.strictSame(of('pd', another), [
    'warn: ca.crt changed after 2026-01-01T00:00:00.000Z; the running process may still trust the old CA, unless it was restarted since; its start time is unknown',
  ]);
  t.match(of('tikv', another), [
    /^warn: .*; the running process may still trust the old CA, unless it was restarted since/,
  ]);
  t.strictSame(of('pd', { ...another, processStart: new Date(written + hour) }), [
    'pass: the process was restarted after the CA file changed',
  ]);
  const underOldCa = [{ ...rejected, role: 'server', message: 'x509: no' } as const];
  t.match(of('tikv', { ...another, underOldCa }), [
    /^fail: .*; the certificate on disk does not verify as server under the old CA, which peers may still hold \(Go: x509: no\)$/,
  ]);
  const ca = (await factsOf(t, await long.issue(names), { ca: (await Authority.create()).certificatePem })).ca;
  t.match(of('pd', { ...another, ca }), [
    /; the new CA CN=Development CA \(SHA-256 \w{8}…, key identifier \w{8}…, serial \w{8}…\) has the name, and not the key, of the old one, CN=Development CA \(SHA-256 /,
  ]);
  t.strictSame(run(caUnchanged, evidenceOf({ instances: [pd], facts: [facts] })), [], 'no baseline, no finding');
  const touched = { certModifiedAt: written + hour };
  const readWith = 'pass: the certificate file was written after the CA file, and the CA is reloaded with it';
  t.strictSame(of('tikv', { ...another, underOldCa }, touched), [readWith], 'its fix resolves the finding');
  t.strictSame(of('tikv', { processStart: new Date(written - hour) }, touched), [readWith]);
  t.match(of('pd', { ...another, processStart: new Date(written - hour) }, touched), [/^fail/], 'not for PD');
});

t.test('ca-unchanged: a copy that kept an old modification time is not older than its first reading', async (t) => {
  const facts = await factsOf(t, await long.issue(names), { ca: long.certificatePem });
  const before = start.getTime() - day;
  for (const component of ['pd', 'tikv'] as const) {
    const instance = instanceOf(component);
    const baseline = { caDigest: 'another', since: start, processStart: new Date(start.getTime() - hour) };
    const evidence = evidenceOf({
      instances: [instance],
      facts: [{ ...facts, caModifiedAt: before, certModifiedAt: before + hour }],
      baselines: new Map([[credentialKey(instance), baseline]]),
    });
    t.match(run(caUnchanged, evidence), [/; the running process (may )?still trust/], component);
  }
});

t.test('ca-unchanged: a port that names the new CA and not the old one has loaded it', async (t) => {
  const next = await Authority.create({ commonName: 'Next CA' });
  const facts = await factsOf(t, await next.issue(names), { ca: next.certificatePem });
  const former = await factsOf(t, await long.issue(names), { ca: long.certificatePem });
  const namesOf = ({ ca = [] }: CredentialFacts) => ca.map(({ subjectDer }) => subjectDer);
  const pd = instanceOf('pd');
  const of = (before: CredentialFacts, ...reported: readonly (readonly string[])[]) => ofSeen(before, [], reported);
  const ofSeen = (
    before: CredentialFacts,
    between: Baseline['between'] & {},
    reported: readonly (readonly string[])[],
  ) =>
    run(
      caUnchanged,
      evidenceOf({
        instances: [pd],
        facts: [facts],
        baselines: new Map([[credentialKey(pd), { caDigest: 'another', since: start, ca: before.ca, between }]]),
        serverHandshakes: pd.endpoints.flatMap((endpoint, index) => {
          const authorities = reported[index];
          return authorities === undefined ? [] : [serverHandshakeOf(pd, { authorities }, endpoint.name)];
        }),
      }),
    );
  const taken = ['pass: the server handshake names the CAs of the file, which differ from the earlier ones'];
  t.strictSame(of(former, namesOf(facts)), taken);
  t.strictSame(of(former, namesOf(facts), namesOf(facts)), taken);
  t.match(of(former, namesOf(former)), [/^warn/], 'the old one');
  t.match(of(former, namesOf(facts), namesOf(former)), [/^warn/], 'one port of two');
  t.match(of(former, []), [/^warn/], 'names none');
  const sameName = await Authority.create({ commonName: 'Next CA' });
  const namesake = await factsOf(t, await sameName.issue(names), { ca: sameName.certificatePem });
  t.match(of(namesake, namesOf(facts)), [/^warn/], 'both have one name');
  const { ca: other = [] } = namesake;
  t.match(ofSeen(former, [other], [namesOf(facts)]), [/^warn/], 'a version in between had the name of the new CA');
  t.strictSame(ofSeen(former, [[...other, ...(former.ca ?? [])]], [namesOf(facts)]), taken, 'by way of a bundle');
});
