import t from 'tap';
import { Authority } from '../../certs-dev/authority.js';
import {
  ask,
  dial,
  dialPlain,
  echo,
  filesOf,
  friend,
  mutualTlsServer,
  names,
  proxyTo,
  tcpServer,
} from '../support/proxy.js';

const root = await Authority.create();
const intermediate = await root.intermediate('Intermediate');
const ofIntermediate = await intermediate.issue({ commonName: 'friend', ...names });

t.test('a CA file with only an intermediate accepts its clients', async (t) => {
  const files = filesOf(t, ofIntermediate, intermediate.certificatePem);
  const { port } = await proxyTo(t, [await tcpServer(t, echo)], { files });
  const trust = { ca: root.certificatePem };
  t.equal(await ask(await dial(port, ofIntermediate, trust), 'hello'), 'hello');
  const foreign = await (await Authority.create()).issue({ commonName: 'friend' });
  const rejected = await dial(port, foreign, trust).then(
    (socket) => ask(socket, 'hello'),
    () => undefined,
  );
  t.equal(rejected, undefined, 'of another CA');
});

t.test('a CA file with only an intermediate accepts its servers', async (t) => {
  const files = filesOf(t, friend, intermediate.certificatePem);
  const originate = { files, mode: 'originate', targetTls: true, serverName: 'localhost' } as const;
  const { port } = await proxyTo(t, [await mutualTlsServer(t, echo, ofIntermediate)], originate);
  t.equal(await ask(await dialPlain(port), 'hello'), 'hello');
});
