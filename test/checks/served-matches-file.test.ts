import t from 'tap';
import { issueBad } from '../../certs-dev/bad.js';
import { servedMatchesFile } from '../../checks/served-matches-file.js';
import { authority, day, evidenceOf, factsOf, instanceOf, names, now, observed, run } from '../support/evidence.js';

const tikv = instanceOf('tikv', { list: ['tidb'] });
const good = await authority.issue(names);

t.test('served-matches-file: by fingerprint, with the fix for the reload rule of the port', async (t) => {
  const facts = await factsOf(t, good);
  const other = await authority.issue(names);
  const of = (endpoint: 'grpc' | 'status', chain: typeof good, at = new Date(now.getTime() + day)) =>
    servedMatchesFile.run(
      evidenceOf({ instances: [tikv], facts: [facts], observations: [observed(tikv, endpoint, { chain, at })] }),
    );
  t.match(of('grpc', good), [{ status: 'pass', message: 'serves the certificate on disk' }]);
  t.match(of('grpc', other), [{ status: 'fail', remediation: /^touch the certificate file/ }]);
  t.match(of('status', other), [{ status: 'fail', remediation: /after a failed handshake/ }]);
  t.strictSame(of('grpc', other, new Date(0)), [], 'an observation before the change of the file is ignored');
  t.strictSame(
    run(servedMatchesFile, evidenceOf({ instances: [tikv], observations: [observed(tikv, 'grpc', { chain: good })] })),
    [],
    'unknown file',
  );
  t.match(
    of('grpc', await issueBad(authority, 'expired', names)),
    [{ status: 'fail' }],
    'also where the agent then rejected the server',
  );
});

t.test('served-matches-file: where each pod has its own copy, one copy may be updated later', async (t) => {
  const minute = 60_000;
  const pod = instanceOf('tikv', { copyDelay: 2 * minute });
  const [older, newer] = await Promise.all(
    [10, 5].map((age) => authority.issue({ ...names, notBefore: new Date(now.getTime() - age * day) })),
  );
  const of = async (file: typeof older, served: typeof older, seconds: number, servedSince?: Date) => {
    const facts = { ...(await factsOf(t, file ?? good)), certModifiedAt: now.getTime() };
    const at = new Date(now.getTime() + seconds * 1000);
    const entry = observed(pod, 'grpc', { chain: served ?? good, at });
    const observations = [servedSince === undefined ? entry : { ...entry, servedSince }];
    return run(servedMatchesFile, { ...evidenceOf({ instances: [pod], facts: [facts], observations }), now: at });
  };
  t.match(
    await of(newer, older, 60),
    [/^unknown: reloading: its copy of the files must be updated by /],
    'the pod is late',
  );
  t.match(
    await of(newer, older, 121),
    [/^fail: serves a certificate that has the SHA-256 [0-9a-f]{16}; the one on disk has the SHA-256 [0-9a-f]{16}$/],
    'too late',
  );
  t.match(await of(older, newer, 900, new Date(now.getTime() + 800_000)), [
    /^unknown: reloading: serves a newer certificate/,
  ]);
  t.match(await of(older, newer, 900, new Date(now.getTime() + 700_000)), [/^fail:/], 'the file here is too late');
});

t.test('served-matches-file: before its reload deadline a port is reloading, after it the check fails', async (t) => {
  const tiflash = instanceOf('tiflash', { version: '8.5.0' });
  const facts = await factsOf(t, good);
  const other = await authority.issue(names);
  const changed = facts.certModifiedAt ?? 0;
  const of = (after: number, version = '8.5.0') => {
    const instance = { ...tiflash, version };
    const at = new Date(changed + after);
    const observations = [observed(instance, 'grpc', { chain: other, at })];
    return servedMatchesFile.run(evidenceOf({ instances: [instance], facts: [facts], observations, now: at }));
  };
  t.match(of(1_000), [{ status: 'unknown', message: /^reloading: / }]);
  t.match(of(4_000), [{ status: 'fail', remediation: /every two seconds/ }]);
  t.match(
    of(1_000, '6.5.0'),
    [{ status: 'fail', remediation: /^restart the component/ }],
    'before 6.6 only a restart reloads',
  );
});
