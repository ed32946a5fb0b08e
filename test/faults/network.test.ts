import { createSocket } from 'node:dgram';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import t, { type Test } from 'tap';
import { bytesField } from '../../cluster/discovery/protobuf.js';
import { eventually } from '../support/eventually.js';
import { farSide } from '../support/network-namespace.js';
import { needsRoot } from '../support/peers.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import {
  authority,
  endsWell,
  goesOnAsking,
  instanceAt,
  keys,
  statusPort,
  type WatchingAgent,
  watchingAgent,
} from '../support/watching-agent.js';

// They wait for most of their time.
t.jobs = 3;

const outcomes = ['accepted', 'rejected', 'timeout', 'unreachable', 'inconclusive', 'not-tls'] as const;

/** How often each outcome was seen at a port. */
async function outcomesAt(agent: WatchingAgent, port: string): Promise<Record<string, number>> {
  const count = (outcome: string) =>
    agent.metric('tidb_mtls_probes_total', `${port}"`, 'identity="agent"', `outcome="${outcome}"`);
  const counts = await Promise.all(outcomes.map(async (outcome) => [outcome, await count(outcome)] as const));
  return Object.fromEntries(counts);
}

const remote = `
const { ca, cert, key } = process.env;
require('https').createServer({ ca, cert, key, requestCert: true }, (_request, response) =>
  response.end('{"version":"8.0.11-TiDB-v8.5.0","connections":0,"git_hash":""}'),
).listen(10080, '0.0.0.0', () => console.log('listening'));
`;

t.test(
  'a link that loses packets, and one that is cut: never a rejection, other ports are still probed, and it recovers',
  needsRoot(['/usr/sbin/ip', 'iproute2']),
  async (t) => {
    const far = farSide(t);
    const pair = await authority.issue({ commonName: 'far', ip: [far.host] });
    await far.run(remote, { ca: authority.certificatePem, cert: pair.certificatePem, key: pair.keyPem });
    const near = await statusPort(t);
    const toml = instanceAt(near) + instanceAt(10080, 'tidb', far.host);
    const agent = await watchingAgent(t, {
      toml,
      probe: 'interval = "500ms"\ntimeout = "5s"\nnegative-interval = "off"',
    });
    const at = () => outcomesAt(agent, `${far.host}:10080`);
    await eventually('the far one answers', async () => ((await at()).accepted ?? 0) > 0);

    const heal = far.lose();
    const before = (await at()).accepted ?? 0;
    await eventually('it still answers now and then', async () => ((await at()).accepted ?? 0) > before + 2);
    t.match(await at(), { rejected: 0, 'not-tls': 0 }, 'loss is no rejection');
    heal();

    far.inside('link', 'set', 'far', 'down');
    const beforeCut = await at();
    await eventually('the cut is seen', async () => {
      const now = await at();
      return (now.timeout ?? 0) + (now.unreachable ?? 0) > (beforeCut.timeout ?? 0) + (beforeCut.unreachable ?? 0) + 1;
    });
    // Evaluations have a pause between them.
    await eventually('it is a finding, and no rejection', async () =>
      (await agent.findings()).some(
        ({ check, instance, status, message }) =>
          check === 'endpoint-answers' &&
          instance.startsWith(far.host) &&
          status === 'fail' &&
          /this is not a TLS rejection/.test(message),
      ),
    );
    const nearBefore = (await outcomesAt(agent, `127.0.0.1:${near}`)).accepted ?? 0;
    await eventually(
      'the near one is asked on',
      async () => ((await outcomesAt(agent, `127.0.0.1:${near}`)).accepted ?? 0) > nearBefore + 2,
    );
    t.match(
      await outcomesAt(agent, `127.0.0.1:${near}`),
      { rejected: 0, unreachable: 0 },
      'the near one is not blamed',
    );

    far.inside('link', 'set', 'far', 'up');
    const beforeBack = (await at()).accepted ?? 0;
    await eventually('and back', async () => ((await at()).accepted ?? 0) > beforeBack);
    t.match(await at(), { rejected: 0, 'not-tls': 0 });
    await endsWell(t, agent);
  },
);

t.test(
  'DNS that hangs: hanging names time out, other names and addresses are probed all the while',
  needsRoot(['/usr/bin/unshare', 'util-linux']),
  async (t) => {
    // A resolver that takes every question and answers none; /etc/hosts still knows localhost.
    const silent = createSocket('udp4');
    const address = `127.77.${(process.pid >> 8) & 255}.${process.pid & 255}`;
    await new Promise<void>((resolve) => silent.bind(53, address, resolve));
    t.teardown(() => silent.close());
    const file = join(temporaryDirectory(t), 'resolv.conf');
    writeFileSync(file, `nameserver ${address}\noptions timeout:5 attempts:2\n`);
    const mount = `mount --bind ${file} /etc/resolv.conf; exec "$@"`;
    const good = await statusPort(t);
    const named = await statusPort(t);
    const hanging = instanceAt(10080, 'tidb', 'hang-1.example.com');
    const toml = hanging + instanceAt(good) + instanceAt(named, 'tidb', 'localhost');
    const agent = await watchingAgent(t, {
      toml,
      probe: 'interval = "500ms"\ntimeout = "15s"\nnegative-interval = "off"',
      before: `exec unshare --mount /bin/sh -c '${mount}' sh`,
    });
    const at = (port: number | string) => outcomesAt(agent, `:${port}`);
    const before = (await at(good)).accepted ?? 0;
    await eventually('the address is asked', async () => ((await at(good)).accepted ?? 0) > before + 5);
    t.match(await at(good), { rejected: 0, timeout: 0, unreachable: 0 }, 'and never anything but accepting');
    const firstNamed = (await at(named)).accepted ?? 0;
    await eventually('the name, too', async () => ((await at(named)).accepted ?? 0) > firstNamed + 5);
    t.match(
      await outcomesAt(agent, 'hang-1.example.com:10080'),
      { accepted: 0, rejected: 0 },
      'no result for those that hang',
    );
    await endsWell(t, agent);
  },
);

/** A PD that answers GetMembers with so many of them. */
async function crowdedPd(t: Test, count: number): Promise<number> {
  const asIs = (value: Buffer) => value;
  const path = '/pdpb.PD/GetMembers';
  const member = bytesField(2, Buffer.concat([bytesField(1, 'pd'), bytesField(4, 'https://192.0.2.1:2379')]));
  const answer = Buffer.concat(Array.from({ length: count }, () => member));
  const server = new Server({ 'grpc.max_send_message_length': -1 });
  const method = { path, requestStream: false, responseStream: false };
  const coded = {
    requestSerialize: asIs,
    requestDeserialize: asIs,
    responseSerialize: asIs,
    responseDeserialize: asIs,
  };
  server.addService(
    { members: { ...method, ...coded } },
    {
      members: (_call: unknown, done: (error: null, value: Buffer) => void) => done(null, answer),
    },
  );
  const tls = ServerCredentials.createSsl(
    Buffer.from(authority.certificatePem),
    [{ private_key: Buffer.from(keys.key), cert_chain: Buffer.from(keys.cert) }],
    true,
  );
  t.teardown(() => server.forceShutdown());
  return await new Promise((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', tls, (error, port) => (error === null ? resolve(port) : reject(error))),
  );
}

t.test('a PD that returns a million members: reported, none of them is probed, memory stays', async (t) => {
  const port = await crowdedPd(t, 1_000_000);
  const toml = `${instanceAt(await statusPort(t))}[cluster]\npd = ["https://127.0.0.1:${port}"]\n`;
  const agent = await watchingAgent(t, {
    toml,
    probe: 'interval = "500ms"\ntimeout = "30s"\nnegative-interval = "off"',
  });
  t.match(agent.output(), /more than 30000 protobuf fields/);
  t.equal(await agent.metric('tidb_mtls_instances', '"pd"'), 0);
  t.ok(agent.peak() < 700, `${Math.round(agent.peak())} MiB at most`);
  await goesOnAsking(agent);
  await endsWell(t, agent);
});
