import t from 'tap';
import { peersReachEachOther } from '../../checks/peers-reach-each-other.js';
import { unauthorizedClientsRejected } from '../../checks/rejects-unauthorized.js';
import { isUnauthorizedClient } from '../../checks/unauthorized-client.js';
import type { HttpAnswer } from '../../probes/http-answers.js';
import type { IdentityName, Observation } from '../../probes/observation.js';
import { evidenceOf, instanceOf, observed, origin, run } from '../support/evidence.js';

const http = (answer: HttpAnswer | undefined, status = 200): Partial<Observation> => ({
  application: { protocol: 'http', status, answer },
});

t.test(
  'peers-reach-each-other: only negative reports count, and a member that answers the agent is rejected by its peer',
  async (t) => {
    const [one, two, three] = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map((host) => {
      const pd = instanceOf('pd', { name: `${host}:2379` });
      return { ...pd, endpoints: pd.endpoints.map((endpoint) => ({ ...endpoint, host })) };
    });
    if (one === undefined || two === undefined || three === undefined) {
      throw new TypeError('three members');
    }
    const health = (healthy: boolean): HttpAnswer => ({
      kind: 'pd-health',
      members: [
        { name: 'pd1', clientUrls: ['https://10.0.0.1:2379'], healthy: true },
        { name: 'pd2', clientUrls: ['https://10.0.0.2:2379'], healthy },
      ],
    });
    const of = (
      peerReports: readonly ReturnType<typeof observed>[],
      observations: readonly ReturnType<typeof observed>[] = [],
    ) => run(peersReachEachOther, evidenceOf({ instances: [one, two], peerReports, observations }));
    t.strictSame(of([observed(one, 'client', http(health(true)))]), ['pass: reaches all 2 members']);
    t.strictSame(of([observed(one, 'client', http(health(false)))]), [
      'fail: does not reach member pd2; 0 of the other members reach it',
    ]);
    t.strictSame(
      of(
        [observed(one, 'client', http(health(false))), observed(two, 'client', http(health(true)))],
        [observed(two, 'client')],
      ),
      [
        'fail: does not reach member pd2, which answers the agent: one of the two rejects the other; 0 of the other members reach it',
        'pass: reaches all 2 members',
      ],
      'its report about itself does not count',
    );
    t.match(of([observed(one, 'client', http(health(false))), observed(three, 'client', http(health(true)))]), [
      'fail: does not reach member pd2; 1 of the other members reach it',
      /^pass/,
    ]);
    t.match(
      of([observed(two, 'client', http(health(false)))], [observed(two, 'client')]),
      [
        /^fail: does not reach itself \(member pd2\), although it answers the agent: its outgoing TLS connections fail$/,
      ],
      'a member that is unhealthy to itself',
    );
    t.match(of([observed(one, 'client', { ...http(undefined, 500), detail: 'HTTP 500' })]), [
      'unknown: inconclusive: its report of other members could not be read: HTTP 500',
    ]);
    t.strictSame(of([observed(one, 'client', http({ kind: 'pd-not-bootstrapped' }, 500))]), [
      'pass: is not bootstrapped: no store has registered yet',
    ]);
    const stores: HttpAnswer = {
      kind: 'pd-stores',
      stores: [
        { address: 'kv:20160', state: 'Disconnected' },
        { address: 'kv2:20160', state: 'Up' },
      ],
    };
    t.strictSame(of([observed(one, 'client', http(stores))]), ['warn: reports store kv:20160 as Disconnected']);
    t.strictSame(
      of([observed(one, 'client', { outcome: 'rejected', application: undefined })]),
      [],
      'no report, no finding',
    );
    const cdc = instanceOf('ticdc');
    const owner = (isOwner: boolean) => observed(cdc, 'api', http({ kind: 'ticdc-status', version: '', isOwner }));
    const asked = (isOwner: boolean, status: number) =>
      run(
        peersReachEachOther,
        evidenceOf({
          instances: [cdc],
          observations: [owner(isOwner)],
          peerReports: [observed(cdc, 'api', http(undefined, status))],
        }),
      );
    t.strictSame(asked(false, 200), ['pass: forwards requests to the owner']);
    t.strictSame(asked(false, 500), ['fail: cannot forward a request to the owner: HTTP 500']);
    t.strictSame(asked(true, 200), ['pass: is the owner and healthy']);
  },
);

t.test('rejects-unauthorized: the result of each expectation and outcome', async (t) => {
  const listed = instanceOf('tidb', { list: ['tidb', 'pd'] });
  const open = instanceOf('tidb');
  const unreported = {
    ...open,
    endpoints: open.endpoints.map((endpoint) => ({ ...endpoint, allowList: 'unknown' as const })),
  };
  const of = (instance: typeof open, identity: IdentityName, more: Partial<Observation>) =>
    run(
      unauthorizedClientsRejected,
      evidenceOf({ instances: [instance], observations: [observed(instance, 'status', { identity, ...more })] }),
    );
  const rejected: Partial<Observation> = {
    outcome: 'rejected',
    rejection: { side: 'peer', by: 'tls-alert', number: 42, name: 'bad_certificate' },
    detail: 'rejected',
  };
  const timeout: Partial<Observation> = { outcome: 'timeout', detail: 'no answer' };
  t.strictSame(of(listed, 'no-certificate', rejected), [
    'pass: rejects clients without a certificate: TLS alert bad_certificate (42)',
  ]);
  t.match(of(listed, 'no-certificate', {}), [
    /^fail: accepts clients without a certificate, although its configuration requires one/,
  ]);
  t.match(of(listed, 'foreign-ca', {}), [/^fail: accepts a certificate of an unknown CA/]);
  t.match(of(listed, 'wrong-name', {}), [/^fail: accepts a certificate of the cluster's CA with another name/]);
  t.match(of(open, 'no-certificate', {}), [/^warn: accepts clients without a certificate: it has no allow-list/]);
  t.match(of(open, 'foreign-ca', {}), [/^pass: accepts a certificate of an unknown CA: it has no allow-list/]);
  t.match(of(open, 'no-certificate', rejected), [
    /^warn: rejects clients without a certificate \(.*\), although its configuration accepts them$/,
  ]);
  const stricter = evidenceOf({
    instances: [open],
    observations: [observed(open, 'status', { identity: 'no-certificate', ...rejected })],
  });
  t.match(unauthorizedClientsRejected.run(stricter), [
    {
      remediation:
        'the running process enforces an allow-list that its file does not contain: do not restart tidb; set security.cluster-verify-cn in the file first',
    },
  ]);
  const agentToo = (rejection: Partial<Observation>, ofAgent: Partial<Observation>) =>
    run(
      unauthorizedClientsRejected,
      evidenceOf({
        instances: [listed],
        observations: [
          observed(listed, 'status', { identity: 'no-certificate', ...rejection }),
          observed(listed, 'status', ofAgent),
        ],
      }),
    );
  t.match(agentToo(rejected, rejected), [
    /^unknown: inconclusive: rejects clients without a certificate \(TLS alert .*\), but the port rejects the agent in the same way$/,
  ]);
  t.match(agentToo(rejected, {}), [/^pass/], 'the port accepts the agent');
  for (const number of [80, 120]) {
    const rejection = { side: 'peer', by: 'tls-alert', number, name: 'x' } as const;
    t.match(agentToo({ ...rejected, rejection }, {}), [/^unknown: .*the server fails every handshake in this way$/]);
  }
  t.match(of(unreported, 'no-certificate', {}), [/^warn: .*its allow-list is unknown/]);
  const alternatives = {
    ...unreported,
    security: { ...open.security, allowedAlternativeNames: { value: ['x'], origin } },
  };
  t.match(of(alternatives, 'no-certificate', {}), [
    /^warn: .*: its only allow-list, at c.toml:3:7, is of alternative names, which most releases ignore/,
  ]);
  t.match(of(unreported, 'wrong-name', {}), [/^unknown/]);
  t.match(of(unreported, 'no-certificate', rejected), [/^pass/]);
  t.match(of(listed, 'plaintext', {}), [/^fail: answers in plaintext/]);
  for (const more of [
    timeout,
    { ...timeout, outcome: 'unreachable' as const },
    { ...timeout, outcome: 'inconclusive' as const },
  ]) {
    t.match(of(listed, 'no-certificate', more), [/^unknown: inconclusive: no answer/]);
  }
  t.match(of(listed, 'tikv', rejected), [/^pass: rejects tikv, which does not call this port/]);
  t.strictSame(of(listed, 'pd', {}), [], 'PD calls TiDB: caller-accepted evaluates that');
  const [endpoint] = open.endpoints;
  const negativeProbesPending = endpoint === undefined ? [] : [{ instance: open, endpoint }];
  t.strictSame(run(unauthorizedClientsRejected, evidenceOf({ instances: [open], negativeProbesPending })), [
    'unknown: inconclusive: no negative probe was made yet',
  ]);
  t.equal(endpoint && isUnauthorizedClient(endpoint, 'agent'), false);
  t.equal(endpoint && isUnauthorizedClient(endpoint, 'ticdc@10.0.0.1:8300'), true);
});
