import t from 'tap';
import { configuration } from '../../checks/configuration.js';
import { tlsConfigured } from '../../checks/tls-configured.js';
import { authority, evidenceOf, instanceOf, names, origin, run } from '../support/evidence.js';

const tikv = instanceOf('tikv');
const _good = await authority.issue(names);

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
