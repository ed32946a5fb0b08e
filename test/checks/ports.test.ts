import t from 'tap';
import { issueBad } from '../../certs-dev/bad.js';
import { callerAccepted } from '../../checks/caller-accepted.js';
import { callerInAllowList } from '../../checks/caller-in-allow-list.js';
import type { Check } from '../../checks/check.js';
import { endpointAnswers } from '../../checks/endpoint-answers.js';
import { serverVerifies } from '../../checks/server-verifies.js';
import { CredentialError } from '../../credentials/error.js';
import type { Observation } from '../../probes/observation.js';
import {
  authority,
  evidenceOf,
  factsOf,
  instanceOf,
  names,
  observed,
  origin,
  run,
  serverHandshakeOf,
} from '../support/evidence.js';

const tidb = instanceOf('tidb', { list: ['tidb', 'pd'] });
const tikv = instanceOf('tikv', { list: ['tidb'] });
const pd = instanceOf('pd', { list: ['pd', 'tidb'] });
const good = await authority.issue(names);

const rejected = (by: 'tls-alert' | 'name' | 'close', side: 'peer' | 'probe' = 'peer'): Partial<Observation> => ({
  outcome: 'rejected',
  rejection: { side, by, number: by === 'tls-alert' ? 42 : undefined, name: 'bad_certificate' },
  detail: 'rejected by the server with the TLS alert bad_certificate (42)',
});

t.test('endpoint-answers: only application bytes are an answer, and a timeout is no TLS rejection', async (t) => {
  const of = (more: Partial<Observation>) =>
    run(endpointAnswers, evidenceOf({ instances: [tidb], observations: [observed(tidb, 'status', more)] }));
  const http = (status: number, answer: { kind: 'tidb-status'; version: string } | undefined) =>
    ({ application: { protocol: 'http', status, length: 0, answer }, detail: `HTTP ${status}` }) as const;
  const version = { kind: 'tidb-status', version: 'v8.5.0' } as const;
  for (const [more, expected] of [
    [http(200, version), 'pass: answered: HTTP 200'],
    [http(500, undefined), 'fail: accepts the agent, but answers with an error: HTTP 500'],
    [http(200, undefined), 'fail: another service answers at this address: HTTP 200'],
    [rejected('tls-alert'), 'fail: rejected by the server with the TLS alert bad_certificate (42)'],
    [
      { outcome: 'unreachable', detail: 'unreachable: connection refused (this is not a TLS rejection)' },
      'fail: unreachable: connection refused (this is not a TLS rejection)',
    ],
    [
      { outcome: 'timeout', detail: 'no answer within 1 ms' },
      'fail: timeout: no answer within 1 ms (this is not a TLS rejection)',
    ],
    [
      { outcome: 'not-tls', detail: 'the port answers without TLS' },
      'fail: is not encrypted: the port answers without TLS',
    ],
    [{ outcome: 'inconclusive', detail: 'x' }, 'unknown: inconclusive: x'],
    [
      { outcome: 'inconclusive', detail: 'not HTTP', isOtherProtocol: true },
      'fail: another service answers at this address: not HTTP',
    ],
    [http(404, undefined), 'fail: another service answers at this address: HTTP 404'],
    [
      {
        application: { protocol: 'http', status: 500, answer: undefined, tlsError: 'x509: x' },
        detail: 'HTTP 500: x509: x',
      },
      'fail: accepts the agent, but its own TLS connections to others fail: HTTP 500: x509: x',
    ],
  ] as const) {
    t.strictSame(of(more), [expected]);
  }
  t.strictSame(
    run(endpointAnswers, evidenceOf({ instances: [tidb] })),
    [
      'unknown: inconclusive: not probed: the agent has no usable certificate, or its first scan has not reached this port',
    ],
    'without an observation the port is inconclusive',
  );
});

t.test("caller-accepted: each local component's certificate on each port that it calls", async (t) => {
  const of = (more: Partial<Observation>) =>
    run(
      callerAccepted,
      evidenceOf({ instances: [tikv], observations: [observed(tikv, 'grpc', { identity: 'pd', ...more })] }),
    );
  t.strictSame(of({}), ['pass: accepts pd']);
  t.strictSame(of({ outcome: 'not-tls' }), [
    'fail: pd calls this port with TLS, and the port is plaintext: its connections fail',
  ]);
  t.strictSame(of(rejected('tls-alert')), ['fail: rejects pd: TLS alert bad_certificate (42); its allow-list is tidb']);
  t.match(of({ ...rejected('name', 'probe'), detail: 'the certificate is for other names' }), [
    /^fail: pd would reject this server: /,
  ]);
  t.strictSame(of({ outcome: 'timeout', detail: 'no answer' }), ['unknown: inconclusive: no answer']);
  t.strictSame(of({ identity: 'agent' }), [], 'endpoint-answers evaluates the agent');
});

t.test('a rejected caller: the address that it comes from may be the cause', async (t) => {
  const pd = instanceOf('pd', { list: ['pd'] });
  const facts = await factsOf(t, await authority.issue({ commonName: 'pd', ip: ['10.9.9.9'] }));
  const of = (check: Check, more: Partial<Observation>) =>
    check
      .run(
        evidenceOf({
          ...{ instances: [pd], facts: [facts], agent: facts },
          observations: [observed(pd, 'peer', { ...rejected('close'), source: '10.0.0.1', ...more })],
        }),
      )
      .filter(({ status }) => status === 'fail')
      .map(({ message, remediation }) => `${message}: ${remediation}`);
  const cause =
    /; the PD peer port compares the address that a caller comes from, 10\.0\.0\.1, with the certificate, which is for 10\.9\.9\.9: issue the certificate again with 10\.0\.0\.1 among its SANs, or without DNS names and IP addresses$/;
  t.match(of(callerAccepted, { identity: 'pd' }), [cause]);
  t.match(of(endpointAnswers, {}), [cause]);
  t.notMatch(of(callerAccepted, { identity: 'pd', source: '10.9.9.9' }).join(), /compares the address/);
  t.notMatch(of(callerAccepted, { identity: 'pd', ...rejected('tls-alert') }).join(), /compares the address/);
});

t.test('a rejected caller: a name that the allow-list holds is not to be added to it', async (t) => {
  const pdFacts = await factsOf(t, await authority.issue({ ...names, commonName: 'pd' }));
  const callerPd = { ...instanceOf('pd'), endpoints: [] };
  const of = (check: Check, list: readonly string[] | undefined, more: Partial<Observation>) => {
    const callee = instanceOf('tikv', list === undefined ? {} : { list });
    const observations = [observed(callee, 'grpc', more)];
    return check
      .run(evidenceOf({ instances: [callee, callerPd], facts: [undefined, pdFacts], agent: pdFacts, observations }))
      .filter(({ status }) => status === 'fail')
      .map(({ remediation }) => remediation);
  };
  const asPd = { identity: 'pd', ...rejected('tls-alert') } as const;
  t.strictSame(of(callerAccepted, ['pd'], asPd), [
    'its name is in the allow-list; its certificate is rejected: see verifies-under-ca of pd, and ca-unchanged of tikv',
  ]);
  t.match(of(callerAccepted, undefined, asPd), [/^no allow-list is enforced; its certificate is rejected: see /]);
  const byName = { side: 'peer', by: 'rpc-status', number: 7, name: 'PERMISSION_DENIED' } as const;
  t.match(of(callerAccepted, ['pd'], { ...asPd, rejection: byName }), [
    /^its name is in the allow-list of the file, but the running tikv compares another/,
  ]);
  t.match(of(callerAccepted, ['tidb'], asPd), [/^add the Common Name of pd to the allow-list of tikv/]);
  t.match(of(endpointAnswers, ['pd'], rejected('tls-alert')), [
    /^its name is in the allow-list; its certificate is rejected: see verifies-under-ca of agent/,
  ]);
  t.match(of(endpointAnswers, ['tidb'], rejected('tls-alert')), [/add its Common Name to the component's allow-list$/]);
});

t.test('endpoint-answers: files that the agent may not read are not invalid', async (t) => {
  const facts = await factsOf(t, await authority.issue(names));
  const error = new CredentialError('permission_denied', facts.paths.key ?? '');
  const forbidden = { ...facts, keyMatches: undefined, results: [], errors: [error] };
  const of = (instance: typeof tidb) =>
    endpointAnswers
      .run(evidenceOf({ instances: [instance], facts: [forbidden] }))
      .map(({ message, remediation }) => `${message}: ${remediation}`);
  const notRead =
    /^inconclusive: not probed: the agent has no permission to read .*tls\.key, .*: run the agent as the user of the components$/;
  t.match(of(instanceOf('tikv')), [notRead, notRead]);
  t.match(of(instanceOf('tidb')), [/the agent has no usable certificate/], 'a connection to TiDB does no harm');
});

t.test('caller-in-allow-list: as the port compares, before any restart', async (t) => {
  const callerFacts = async (commonName: string | readonly string[]) =>
    factsOf(t, await authority.issue({ ...names, commonName }));
  const of = async (callee: typeof tikv, caller: typeof tidb, commonName: string | readonly string[]) =>
    run(
      callerInAllowList,
      evidenceOf({
        instances: [callee, { ...caller, endpoints: [] }],
        facts: [undefined, await callerFacts(commonName)],
      }),
    );
  const line = 'the allow-list lacks not-tidb, the Common Name of tidb, which calls this port';
  t.strictSame(
    await of(tikv, tidb, 'tidb'),
    ['pass: the allow-list accepts tidb', 'pass: the allow-list accepts tidb'],
    'both ports',
  );
  t.strictSame(await of({ ...tikv, version: '8.5.0' }, tidb, 'not-tidb'), [`fail: ${line}`, `fail: ${line}`]);
  t.match(await of({ ...tikv, version: '9.0.0' }, tidb, 'not-tidb'), [/^pass/, /^pass/], 'names that contain an entry');
  t.match(await of(tikv, tidb, 'not-tidb'), [/^unknown: inconclusive: /, /^unknown/], 'an unknown version');
  const both = { ...tikv, security: { ...tikv.security, allowedAlternativeNames: { value: ['x'], origin } } };
  const alternatives =
    /^unknown: inconclusive: builds of 2026 also compare the alternative names of tidb with the allow-list at c.toml:3:7$/;
  t.match(await of(both, tidb, 'tidb'), [alternatives, alternatives], 'with a list of alternative names');
  t.match(await of({ ...both, version: '8.5.0' }, tidb, 'tidb'), [/^pass/, /^pass/], 'a release that does not know it');
  t.match(await of(both, tidb, 'other'), [/^fail/, /^fail/], 'a rejection needs no second list');
  t.match(await of(tikv, tidb, ['tidb', 'x']), [/^pass/], 'TiKV compares the first of two');
  t.match(await of(pd, tidb, ['tidb', 'x']), [/^fail/], 'PD the last');
  const one = instanceOf('pd', { list: ['pd'] });
  t.strictSame(await of(one, tidb, 'tidb'), [], 'PD does not enforce a single name on its client port');
  const twoProcesses = evidenceOf({
    instances: [pd, { ...tidb, endpoints: [] }, { ...tidb, name: 'second', endpoints: [] }],
    facts: [undefined, await callerFacts('tidb'), await callerFacts('tidb-2')],
  });
  t.match(run(callerInAllowList, twoProcesses), [
    /^pass: the allow-list accepts tidb$/,
    /^fail: the allow-list lacks tidb-2/,
  ]);
  const clients = [{ name: 'pd-ctl' as const, commonName: 'PD-Control', origin }];
  t.strictSame(
    run(callerInAllowList, evidenceOf({ instances: [pd], clients })),
    ['fail: the allow-list lacks PD-Control, the Common Name of pd-ctl, which calls this port'],
    'a declared client, on the ports it needs',
  );
});

t.test('server-verifies: chain and name, as a caller verifies them', async (t) => {
  const of = (more: Parameters<typeof observed>[2]) =>
    run(serverVerifies, evidenceOf({ instances: [tikv], observations: [observed(tikv, 'grpc', more)] }));
  t.strictSame(of({ chain: good }), ['pass: the certificate served verifies']);
  t.strictSame(of({ chain: good, peerProblem: 'ERR_TLS_CERT_ALTNAME_INVALID' }), [
    'fail: the certificate served does not cover 127.0.0.1; its SANs are localhost, 127.0.0.1',
  ]);
  const asDns = await authority.issue({ commonName: 'x', dns: ['tikv-0', '127.0.0.1'] });
  t.strictSame(of({ chain: asDns, peerProblem: 'ERR_TLS_CERT_ALTNAME_INVALID' }), [
    'fail: the certificate served does not cover 127.0.0.1; its SANs are tikv-0, 127.0.0.1 (as a DNS name)',
  ]);
  t.match(of({ chain: good, peerProblem: 'CERT_HAS_EXPIRED' }), [
    /^fail: .*does not verify under the agent's CA \(CERT_HAS_EXPIRED, a certificate of the chain has expired\); its issuer is CN=Development CA$/,
  ]);
  t.strictSame(of({}), [], 'no chain, no finding');
  t.strictSame(of({ chain: good, protocol: 'grpc', alpn: 'h2' }), ['pass: the certificate served verifies']);
  t.match(of({ chain: good, protocol: 'grpc', alpn: undefined }), [
    /^pass/,
    /^fail: negotiates no ALPN protocol h2: .*"Cannot check peer: missing selected ALPN property"$/,
  ]);
  const unreached = { chain: good, protocol: 'grpc', alpn: undefined, outcome: 'timeout' } as const;
  t.strictSame(of(unreached), ['pass: the certificate served verifies'], 'without an answer nothing is known');
});

t.test('server-verifies: TiDB negotiates h2 where there is a TiFlash, which calls it by gRPC', (t) => {
  const of = (alpn: string | undefined, component: 'tiflash' | 'tikv', version?: string) => {
    const called = instanceOf('tidb', { version });
    const serverHandshakes = [serverHandshakeOf(called, { alpn }, 'status')];
    return run(serverVerifies, evidenceOf({ instances: [called, instanceOf(component)], serverHandshakes }));
  };
  t.match(of('none', 'tiflash'), [
    /^fail: negotiates no ALPN protocol h2, and TiFlash calls it by gRPC, whose clients end the connection with "Cannot check peer: /,
  ]);
  t.match(of('none', 'tiflash', '6.5.0'), [/^fail/]);
  t.strictSame(of('none', 'tiflash', '6.1.0'), []);
  t.strictSame(of('none', 'tikv'), []);
  t.strictSame(of('h2', 'tiflash'), []);
  t.strictSame(of(undefined, 'tiflash'), [], 'the handshake was not read');
  t.end();
});

t.test('server-verifies: where the file on disk holds another certificate, the port has to load it', async (t) => {
  const facts = await factsOf(t, good);
  const expired = await issueBad(authority, 'expired', names);
  const of = (chain: typeof good, disk: boolean) =>
    serverVerifies
      .run(
        evidenceOf({
          instances: [tikv],
          facts: disk ? [facts] : [],
          observations: [observed(tikv, 'grpc', { chain, peerProblem: 'CERT_HAS_EXPIRED' })],
        }),
      )
      .map(({ remediation }) => remediation);
  t.match(of(expired, true), [/^the file holds another certificate than the port serves: touch the certificate file/]);
  t.match(of(expired, false), [/^renew the certificate; where the file is renewed already, make the port load it$/]);
});
