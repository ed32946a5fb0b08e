import { execFile, spawnSync } from 'node:child_process';
import t from 'tap';
import { reproductionsOf, shellWord } from '../../../agent/page/reproduce.js';
import type { ComponentName, EndpointName } from '../../../cluster/components/profile.js';
import { profiles } from '../../../cluster/components/profiles.js';
import type { Endpoint } from '../../../cluster/inventory/inventory.js';
import { devCluster } from '../../support/dev-cluster.js';
import { needs } from '../../support/peers.js';

const curl = needs('/usr/bin/curl', 'curl');
const openssl = needs('/usr/bin/openssl', 'openssl');

t.test('any text is one word of bash', async (t) => {
  const texts = ['/tidb/tls/a.crt', "it's", 'a b', '$(id)', '`id`', '\u202e"', 'a\nb', '\\', "\u001b'\\", ''];
  for (const text of texts) {
    const { stdout } = spawnSync('bash', ['-c', `printf %s ${shellWord(text)}`], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C.UTF-8' },
    });
    t.equal(stdout, text);
    t.notMatch(shellWord(text), /[\p{Cc}\p{Cf}]/u);
  }
});

/** Asynchronous, since the dev cluster runs in the event loop of the test. */
function bash(command: string): Promise<string> {
  return new Promise((resolve) => {
    execFile('bash', ['-c', command], (_error, stdout, stderr) => resolve(stdout + stderr));
  });
}

t.test('the commands repeat the probe by hand', { skip: curl.skip || openssl.skip }, async (t) => {
  const cluster = await devCluster(t, { members: { tikv: 1, pd: 1 } });
  const paths = cluster.files('agent');
  const endpointOf = (component: ComponentName, name: EndpointName): Endpoint => {
    const profile = profiles[component].endpoints.find((one) => one.name === name);
    if (profile === undefined || (component !== 'tikv' && component !== 'pd')) {
      throw new TypeError(`no port ${name}`);
    }
    const port = cluster.port(component, name);
    return { name, host: '127.0.0.1', port, origin: { kind: 'default' }, scheme: 'https', allowList: 'none', profile };
  };
  const status = reproductionsOf(endpointOf('tikv', 'status'), 'agent', paths);
  const grpc = reproductionsOf(endpointOf('pd', 'client'), 'agent', paths);
  t.strictSame(
    [...status, ...grpc].map(({ title }) => title),
    ['openssl', 'curl', 'openssl', 'curl, speaking gRPC'],
  );
  const said = await Promise.all([...status, ...grpc].map(({ command }) => bash(command)));
  t.match(said[0], /Verify return code: 0 \(ok\)[\s\S]*HTTP\/1.1 200/);
  t.match(said[1], /^HTTP\/1.1 200/);
  t.match(said[2], /ALPN protocol: h2[\s\S]*Verify return code: 0 \(ok\)/);
  t.match(said[3], /grpc-status: 0/);
  const [plain] = reproductionsOf(endpointOf('tikv', 'status'), 'plaintext', undefined);
  t.match(plain?.command, /^curl .*http:\/\/127/);
  t.match(reproductionsOf(endpointOf('pd', 'client'), 'no-certificate', undefined)[1]?.command, /--insecure/);
  t.strictSame(reproductionsOf(endpointOf('pd', 'client'), 'foreign-ca', undefined), []);
});
