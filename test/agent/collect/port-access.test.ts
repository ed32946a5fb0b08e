import { statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { PortAccess } from '../../../agent/collect/port-access.js';
import { PortLocks } from '../../../agent/collect/port-locks.js';
import type { Target } from '../../../agent/collect/targets.js';
import type { ComponentName, EndpointName } from '../../../cluster/components/profile.js';
import { CredentialRepository } from '../../../credentials/repository.js';
import { authority, instanceOf, names, origin } from '../../support/evidence.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const former = await authority.issue(names);
const next = await authority.issue(names);
const { signal } = new AbortController();
const hour = 3_600_000;

/** Files of one instance, and access to its ports; nothing is gathered, and the clock is an hour ahead unless given. */
function access(t: Test, { component = 'tikv' as ComponentName, local = true, ahead = hour, version = '8.5.0' } = {}) {
  const directory = temporaryDirectory(t);
  const at = (name: string) => join(directory, name);
  const files = { ca: at('ca.crt'), cert: at('tls.crt'), key: at('tls.key') };
  writeFileSync(files.ca, authority.certificatePem);
  writeFileSync(files.cert, former.certificatePem);
  writeFileSync(files.key, former.keyPem);
  const file = (value: string) => ({ value, origin });
  const security = { ca: file(files.ca), cert: file(files.cert), key: file(files.key), allowedCommonNames: undefined };
  const instance = instanceOf(component, { security, local, version });
  const now = () => new Date(Date.now() + ahead);
  const ports = new PortAccess({ locks: new PortLocks(), repository: new CredentialRepository(), now });
  const target = (name: EndpointName): Target => {
    const endpoint = instance.endpoints.find((one) => one.name === name);
    if (endpoint === undefined) {
      throw new TypeError(`${component} has no port ${name}`);
    }
    return { instance, endpoint };
  };
  const connects = async (name: EndpointName) =>
    (await ports.connect(target(name), signal, async () => 'connected')) === 'connected';
  return { files, ports, target, connects };
}

t.test(
  'a write that nothing has gathered yet keeps the agent from a port that loads files at a connection',
  async (t) => {
    const { files, ports, target, connects } = access(t);
    t.ok(await connects('grpc'));
    writeFileSync(files.cert, next.certificatePem);
    t.notOk(await connects('grpc'));
    t.equal(ports.whyNotConnected(target('grpc')), 'mismatched');
    t.notOk(await connects('status'), 'a probe may be the handshake that fails');
    writeFileSync(files.key, next.keyPem);
    t.ok(await connects('grpc'));
    writeFileSync(files.ca, 'nonsense');
    t.notOk(await connects('grpc'));
    t.equal(ports.whyNotConnected(target('grpc')), 'unreadable');
  },
);

t.test(
  'a connection does no harm to a port that reads its files at every handshake, by a timer, or at its start',
  async (t) => {
    const cases: readonly (readonly [ComponentName, EndpointName, string])[] = [
      ['tidb', 'status', '8.5.0'],
      ['tiproxy', 'api', '1.3.0'],
      ['tiflash', 'http', '7.0.0'],
      ['tiflash', 'grpc', '6.5.0'],
    ];
    for (const [component, name, version] of cases) {
      const { files, connects } = access(t, { component, version, ahead: 0 });
      writeFileSync(files.cert, next.certificatePem);
      t.ok(await connects(name), `${component} ${name}`);
    }
    const elsewhere = access(t, { local: false, ahead: 0 });
    writeFileSync(elsewhere.files.cert, next.certificatePem);
    t.ok(await elsewhere.connects('grpc'), 'the files of another node are unknown');
  },
);

t.test('the files must be quiet: whichever was written, and whatever modification time it has', async (t) => {
  const copied = access(t, { ahead: 0 });
  for (const file of Object.values(copied.files)) {
    utimesSync(file, 1, 1);
  }
  t.ok(await copied.connects('grpc'));
  t.ok(Date.now() - statSync(copied.files.key).ctimeMs >= 1_990, 'a copy keeps the time of its original');

  const { files, connects } = access(t, { ahead: 0 });
  const waiting = connects('grpc');
  setTimeout(() => writeFileSync(files.key, former.keyPem), 1_000);
  t.ok(await waiting);
  t.ok(Date.now() - statSync(files.key).ctimeMs >= 1_990, 'a write during the wait begins another one');
});

t.test('an abort ends the wait for quiet files', async (t) => {
  const { ports, target } = access(t, { ahead: 0 });
  const stop = new AbortController();
  const waiting = ports.connect(target('grpc'), stop.signal, async () => t.fail('connected'));
  stop.abort();
  t.equal(await waiting, undefined);
});
