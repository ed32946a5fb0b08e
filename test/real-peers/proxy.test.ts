import { execFile, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { Authority } from '../../certs-dev/authority.js';
import { eventually } from '../support/eventually.js';
import { needs } from '../support/peers.js';
import {
  authority,
  closed,
  dialPlain,
  filesOf,
  friend,
  names,
  nobody,
  proxyTo,
  readAll,
  server,
} from '../support/proxy.js';
import { freePort, started } from '../support/real-peer.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

// They wait for most of their time.
t.jobs = 4;

const run = promisify(execFile);
const outcome = (program: string, args: readonly string[], env = {}) =>
  run(program, [...args], { env: { ...process.env, ...env }, timeout: 120_000 }).then(
    ({ stdout, stderr }) => ({ ok: true, output: stdout + stderr }),
    (error: { readonly stdout?: string; readonly stderr?: string }) => ({
      ok: false,
      output: `${error.stdout}${error.stderr}`,
    }),
  );

/** An exporter without TLS. */
async function exporter(t: Test): Promise<number> {
  const listener = createServer((_request, response) => response.end('plain_exporter_up 1\n'));
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  t.teardown(() => listener.close());
  return (listener.address() as AddressInfo).port;
}

t.test(
  'curl and openssl s_client: an authorized client is served, others are rejected',
  needs('/usr/bin/openssl', 'openssl'),
  async (t) => {
    const { port } = await proxyTo(t, [await exporter(t)]);
    const [good, bad] = [filesOf(t, friend), filesOf(t, nobody)];
    if (existsSync('/usr/bin/curl')) {
      const curl = (files: typeof good) =>
        outcome('/usr/bin/curl', [
          '-sS',
          '--cacert',
          files.ca,
          '--cert',
          files.cert,
          '--key',
          files.key,
          `https://127.0.0.1:${port}/metrics`,
        ]);
      t.match(await curl(good), { ok: true, output: /plain_exporter_up 1/ });
      t.match(await curl(bad), { ok: false });
    }
    const directory = temporaryDirectory(t);
    const request = join(directory, 'request');
    writeFileSync(request, 'GET /metrics HTTP/1.0\r\n\r\n');
    const client = (files: typeof good) =>
      outcome('/bin/sh', [
        '-c',
        `openssl s_client -quiet -connect 127.0.0.1:${port} -CAfile ${files.ca} -cert ${files.cert} -key ${files.key} -verify_return_error <${request}`,
      ]);
    t.match((await client(good)).output, /plain_exporter_up 1/);
    t.notMatch((await client(bad)).output, /plain_exporter_up/);
  },
);

t.test('renegotiation is rejected, and the proxy goes on', needs('/usr/bin/openssl', 'openssl'), async (t) => {
  const { port } = await proxyTo(t, [await exporter(t)]);
  const { ca, cert, key } = filesOf(t, friend);
  // A line of one R asks s_client to renegotiate once the handshake is over.
  const { output } = await outcome('/bin/sh', [
    '-c',
    `(echo R; sleep 5) | openssl s_client -tls1_2 -connect 127.0.0.1:${port} -CAfile ${ca} -cert ${cert} -key ${key} 2>&1`,
  ]);
  t.match(output, /RENEGOTIATING/);
  t.match(output, /no renegotiation|sslv3 alert|unexpected|handshake failure/i);
  t.match(
    await outcome('/usr/bin/curl', ['-sS', '--cacert', ca, '--cert', cert, '--key', key, `https://127.0.0.1:${port}/`]),
    {
      ok: true,
    },
  );
});

t.test(
  'originate: a target that rejects the certificate after the handshake has a reason of its own',
  needs('/usr/bin/openssl', 'openssl'),
  async (t) => {
    const target = await freePort();
    const { ca, cert, key } = filesOf(t, server);
    const strict = ['-Verify', '1', '-verify_return_error', '-CAfile', ca, '-cert', cert, '-key', key];
    const child = spawn('/usr/bin/openssl', ['s_server', '-accept', `127.0.0.1:${target}`, '-quiet', ...strict]);
    t.teardown(() => child.kill('SIGKILL'));
    await eventually('it listens', () =>
      dialPlain(target).then(
        (socket) => Boolean(socket.destroy()),
        () => false,
      ),
    );
    const unauthorizedClient = await (await Authority.create()).issue({ commonName: 'friend' });
    const files = { ...filesOf(t, unauthorizedClient), ca };
    const settings = { mode: 'originate', targetTls: true, files, access: { ...closed, all: true } } as const;
    const { port, metric } = await proxyTo(t, [target], settings);
    const socket = await dialPlain(port);
    socket.write('hello');
    t.equal(String(await readAll(socket).catch(() => '')), '');
    await eventually('it is counted', async () => (await metric('rejections_total', 'target-rejected')) === 1);
  },
);

t.test('Prometheus scrapes a plain exporter through it', needs('/usr/bin/prometheus', 'prometheus'), async (t) => {
  const { port } = await proxyTo(t, [await exporter(t)]);
  const agent = filesOf(t, friend);
  const directory = temporaryDirectory(t);
  const config = join(directory, 'prometheus.yml');
  writeFileSync(
    config,
    `global: {scrape_interval: 5s}\nscrape_configs:\n  - job_name: plain\n    scheme: https\n    tls_config: {ca_file: ${agent.ca}, cert_file: ${agent.cert}, key_file: ${agent.key}}\n    static_configs: [{targets: ['127.0.0.1:${port}']}]\n`,
  );
  const web = await freePort();
  const args = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(directory, 'data')}`,
    `--web.listen-address=127.0.0.1:${web}`,
  ];
  await started(t, '/usr/bin/prometheus', args, /ready to receive web requests/);
  await eventually('the sample is there', async () => {
    const response = await fetch(`http://127.0.0.1:${web}/api/v1/query?query=plain_exporter_up`);
    return JSON.stringify(await response.json()).includes('"1"');
  });
});

t.test(
  'etcdctl to etcd, which itself is plain',
  { ...needs('/usr/bin/etcd', 'etcd-server'), ...needs('/usr/bin/etcdctl', 'etcd-client') },
  async (t) => {
    const directory = temporaryDirectory(t);
    const [client, peer] = [await freePort(), await freePort()];
    const url = `http://127.0.0.1:${client}`;
    await started(
      t,
      '/usr/bin/etcd',
      [
        `--data-dir=${join(directory, 'data')}`,
        ...[`--listen-client-urls=${url}`, `--advertise-client-urls=${url}`],
        ...[`--listen-peer-urls=http://127.0.0.1:${peer}`, `--initial-advertise-peer-urls=http://127.0.0.1:${peer}`],
        `--initial-cluster=default=http://127.0.0.1:${peer}`,
      ],
      /ready to serve client requests/,
    );
    const { port, metric } = await proxyTo(t, [client]);
    const etcdctl = (files: ReturnType<typeof filesOf>, ...args: readonly string[]) =>
      outcome(
        '/usr/bin/etcdctl',
        [
          `--endpoints=https://127.0.0.1:${port}`,
          `--cacert=${files.ca}`,
          `--cert=${files.cert}`,
          `--key=${files.key}`,
          '--command-timeout=20s',
          '--dial-timeout=20s',
          ...args,
        ],
        { ETCDCTL_API: '3' },
      );
    const good = filesOf(t, friend);
    t.match(await etcdctl(good, 'put', 'k', 'v'), { ok: true });
    t.match(await etcdctl(good, 'get', 'k'), { ok: true, output: /k\nv/ });
    // A rejected client tries again until its command's time is over.
    t.match(await etcdctl(filesOf(t, nobody), '--command-timeout=5s', 'get', 'k'), { ok: false });
    t.ok((await metric('rejections_total', 'not-authorized')) > 0, 'because it is not authorized');
  },
);

const grpc = '/usr/lib/python3/dist-packages/grpc/__init__.py';

t.test(
  'a C-core gRPC client to a C-core server, through fresh mutual TLS',
  needs(grpc, 'python3-grpcio'),
  async (t) => {
    const back = filesOf(t, await authority.issue({ commonName: 'TiKV-Server', ...names }));
    const script = join(import.meta.dirname, 'grpc_server.py');
    const [, target] = await started(
      t,
      '/usr/bin/python3',
      [script, back.ca, back.cert, back.key, 'server', 'every'],
      /READY (\d+)/,
    );
    const front = await proxyTo(t, [Number(target)], { targetTls: true, files: filesOf(t, server), alpn: ['h2'] });
    const agent = filesOf(t, friend);
    const client = `
import sys, grpc
ca, cert, key, port = sys.argv[1:5]
read = lambda path: open(path, 'rb').read()
channel = grpc.secure_channel('localhost:' + port, grpc.ssl_channel_credentials(read(ca), read(key), read(cert)))
call = channel.unary_unary('/debugpb.Debug/GetClusterInfo', request_serializer=lambda x: x, response_deserializer=lambda x: x)
print(call(b'', timeout=60).hex())
`;

    const asked = await outcome('/usr/bin/python3', [
      '-c',
      client,
      agent.ca,
      agent.cert,
      agent.key,
      String(front.port),
    ]);
    t.match(asked, { ok: true, output: /082a/ });
    const other = filesOf(t, nobody);
    t.match(await outcome('/usr/bin/python3', ['-c', client, other.ca, other.cert, other.key, String(front.port)]), {
      ok: false,
    });
    t.ok(closed.all === false);
  },
);
