import t from 'tap';
import type { Evidence } from '../../checks/check.js';
import { configuration } from '../../checks/configuration.js';
import { endpointAnswers } from '../../checks/endpoint-answers.js';
import { unauthorizedClientsRejected } from '../../checks/rejects-unauthorized.js';
import { tlsConfigured } from '../../checks/tls-configured.js';
import { authority, evidenceOf, factsOf, instanceOf, names, observed, origin, run } from '../support/evidence.js';

const tikv = instanceOf('tikv');
const good = await authority.issue(names);

t.test('tls-configured: all three paths, and https', async (t) => {
  const { security } = tikv;
  const of = (more: Parameters<typeof instanceOf>[1]) =>
    run(tlsConfigured, evidenceOf({ instances: [instanceOf('tikv', more)] }));
  t.strictSame(of({}), ['pass: all three TLS paths are set']);
  t.strictSame(of({ security: { ...security, key: undefined } }), [
    'fail: only 2 of the three TLS paths are set in c.toml',
  ]);
  t.strictSame(of({ security: { ...security, ca: undefined, cert: undefined, key: undefined } }), [
    'warn: no TLS is configured: its ports serve plaintext',
  ]);
  const plaintext = instanceOf('tikv', {
    security: { ca: undefined, cert: undefined, key: undefined, allowedCommonNames: undefined },
    endpoints: tikv.endpoints.map((endpoint) => ({ ...endpoint, scheme: 'http' })),
  });
  const cluster = evidenceOf({
    instances: [plaintext, { ...plaintext, name: '127.0.0.2:1' }],
    observations: [
      observed(plaintext, 'status', { outcome: 'not-tls' }),
      observed(plaintext, 'status', { identity: 'plaintext' }),
    ],
  });
  const all = (evidence: Evidence) =>
    [tlsConfigured, endpointAnswers, unauthorizedClientsRejected].flatMap((check) =>
      run(check, evidence).filter((line) => /^(fail|warn)/.test(line)),
    );
  const message = 'no component is configured with TLS: every connection of this cluster is plaintext';
  t.strictSame(all(cluster), [`warn: ${message}`], 'a plaintext cluster is one finding');
  t.strictSame(
    all({ ...cluster, agent: await factsOf(t, good) }),
    [`fail: ${message}`],
    'an agent with TLS expects it',
  );
  t.match(all({ ...cluster, observations: [...cluster.observations, observed(plaintext, 'grpc', { chain: good })] }), {
    length: 4,
  });
  const [grpc] = tikv.endpoints;
  t.strictSame(of({ endpoints: grpc === undefined ? [] : [{ ...grpc, scheme: 'http' }] }), [
    'fail: serves plaintext: its URL is http, although the TLS paths are set',
  ]);
  t.strictSame(
    of({ local: false, security: { ...security, key: undefined } }),
    [],
    'files of another host are ignored',
  );
});

t.test('configuration: each problem of a file, with its position', async (t) => {
  const problem = {
    code: 'wrong-type',
    severity: 'fail',
    origin,
    message: 'x must be y',
    remediation: 'write y',
  } as const;
  t.strictSame(
    configuration
      .run(evidenceOf({ problems: [problem] }))
      .map(({ status, message, remediation }) => [status, message, remediation]),
    [['fail', '/conf/c.toml:3:7: x must be y', 'write y']],
  );
});
