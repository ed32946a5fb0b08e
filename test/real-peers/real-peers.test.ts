import { spawn } from 'node:child_process';
import { utimesSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import t from 'tap';
import { Authority, type Issued } from '../../certs-dev/authority.js';
import { type BadKind, issueBad } from '../../certs-dev/bad.js';
import { probeGrpc } from '../../probes/grpc-probe.js';
import { probeHttp } from '../../probes/http-probe.js';
import type { Observation } from '../../probes/observation.js';
import type { Identity, ProbeTarget } from '../../probes/prober.js';
import { needs } from '../support/peers.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const authority = await Authority.create();
const names = { commonName: 'TiDB-Server', dns: ['localhost'], ip: ['127.0.0.1'] };
const versions = ['TLSv1.2', 'TLSv1.3'] as const;
type Version = (typeof versions)[number];
type Tap = { teardown(act: () => unknown): void };

function identity(pair: Issued | undefined, version: Version, ca = authority.certificatePem): Identity {
  const own = pair === undefined ? {} : { cert: pair.certificatePem, key: pair.keyPem };
  return { name: 'own', secureContext: createSecureContext({ ca, ...own, minVersion: version, maxVersion: version }) };
}

function say({ outcome, refusal }: Observation): string {
  return refusal === undefined
    ? outcome
    : `${outcome} by ${refusal.by}${refusal.number === undefined ? '' : ` ${refusal.number}`}`;
}

function files(directory: string, pair: Issued) {
  const paths = { ca: join(directory, 'ca'), cert: join(directory, 'cert'), key: join(directory, 'key') };
  writeFileSync(paths.ca, authority.certificatePem);
  writeFileSync(paths.key, pair.keyPem);
  writeFileSync(paths.cert, pair.certificatePem);
  return paths;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts a program and resolves with the first match of its output. */
function started(t: Tap, program: string, args: readonly string[], ready: RegExp): Promise<RegExpExecArray> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  t.teardown(() => child.kill('SIGKILL'));
  return new Promise((resolve, reject) => {
    let output = '';
    const onData = (chunk: Buffer) => {
      output += chunk;
      const match = ready.exec(output);
      if (match !== null) {
        resolve(match);
      }
    };
    child.stdout.on('data', onData);
    child.stderr.on('data', onData);
    child.on('exit', () => reject(new Error(`${program} ended: ${output.slice(-500)}`)));
  });
}

type Kind = BadKind | 'good' | 'none';

async function table(
  t: { equal(a: unknown, b: unknown, message: string): void; comment(text: string): void },
  title: string,
  kinds: readonly (readonly [Kind, string, string])[],
  ask: (pair: Issued | undefined, version: Version) => Promise<Observation>,
) {
  t.comment(`| identity | ${title}, TLS 1.2 | ${title}, TLS 1.3 |`);
  for (const [kind, ...expected] of kinds) {
    const pair =
      kind === 'none'
        ? undefined
        : kind === 'good'
          ? await authority.issue(names)
          : await issueBad(authority, kind, names);
    const seen: string[] = [];
    for (const [index, version] of versions.entries()) {
      seen.push(say(await ask(pair, version)));
      t.equal(seen[index], expected[index], `${title}: ${kind}, ${version}`);
    }
    t.comment(`| ${kind} | ${seen.join(' | ')} |`);
  }
}

t.test(
  'etcd (older Go): every refusal is alert 42, and rotations behave as on PD',
  needs('/usr/bin/etcd', 'etcd-server'),
  async (t) => {
    const directory = temporaryDirectory(t);
    const server = await authority.issue({ ...names, commonName: 'PD-Server' });
    const { ca, cert, key } = files(directory, server);
    const [client, peer] = [await freePort(), await freePort()];
    const urls = { client: `https://127.0.0.1:${client}`, peer: `https://127.0.0.1:${peer}` };
    const tls = [
      '--client-cert-auth',
      '--trusted-ca-file',
      ca,
      '--cert-file',
      cert,
      '--key-file',
      key,
      '--peer-client-cert-auth',
      '--peer-trusted-ca-file',
      ca,
      '--peer-cert-file',
      cert,
      '--peer-key-file',
      key,
      '--peer-cert-allowed-cn',
      'PD-Server',
    ];
    await started(
      t,
      '/usr/bin/etcd',
      [
        '--data-dir',
        join(directory, 'data'),
        '--listen-client-urls',
        urls.client,
        '--advertise-client-urls',
        urls.client,
        '--listen-peer-urls',
        urls.peer,
        '--initial-advertise-peer-urls',
        urls.peer,
        '--initial-cluster',
        `default=${urls.peer}`,
        ...tls,
      ],
      /ready to serve client requests|serving client requests/i,
    );
    const at = (port: number): ProbeTarget => ({
      host: '127.0.0.1',
      port,
      alpn: ['http/1.1'],
      probe: { protocol: 'http', path: '/version', accept: 'any' },
    });
    const ask = (port: number) => (pair: Issued | undefined, version: Version) =>
      probeHttp(at(port), identity(pair, version), { timeout: 3_000 });
    const refused = 'refused by tls-alert 42';
    await table(
      t,
      'etcd client port',
      [
        ['good', 'accepted', 'accepted'],
        ['noUsage', 'accepted', 'accepted'],
        ['intermediateChain', 'accepted', 'accepted'],
        ['none', refused, refused],
        ['otherCa', refused, refused],
        ['expired', refused, refused],
        ['notYetValid', refused, refused],
        ['serverAuthOnly', refused, refused],
      ],
      ask(client),
    );
    await table(t, 'etcd peer port with a list', [['good', refused, refused]], ask(peer));

    const good = await authority.issue(names);
    const served = async () => {
      const seen = await probeHttp(at(client), identity(good, 'TLSv1.3'), { timeout: 3_000 });
      return seen.outcome === 'accepted' ? seen.peerChain[0]?.x509.subject : say(seen);
    };
    const next = await authority.issue({ ...names, commonName: 'Rotated' });
    writeFileSync(cert, next.certificatePem);
    t.equal(await served(), 'refused by tls-alert 80', 'certificate new, key old: internal_error');
    writeFileSync(key, next.keyPem);
    t.equal(await served(), 'CN=Rotated', 'the next connection has the new pair');
    const other = await Authority.create({ commonName: 'Next CA' });
    writeFileSync(ca, other.certificatePem);
    t.equal(await served(), 'CN=Rotated', 'a changed CA file is ignored until restart');
  },
);

const python = needs('/usr/lib/python3/dist-packages/grpc/__init__.py', 'python3-grpcio');

t.test('gRPC C-core (as TiKV): refuses by a bare close, and names per call', python, async (t) => {
  const { ca, cert, key } = files(
    temporaryDirectory(t),
    await authority.issue({ ...names, commonName: 'TiKV-Server' }),
  );
  const server = join(import.meta.dirname, 'grpc_server.py');
  const [, port] = await started(t, '/usr/bin/python3', [server, ca, cert, key, 'TiDB-Server', 'every'], /READY (\d+)/);
  const target: ProbeTarget = {
    host: '127.0.0.1',
    port: Number(port),
    alpn: ['h2'],
    probe: { protocol: 'grpc', method: '/debugpb.Debug/GetClusterInfo' },
  };
  const ask = (pair: Issued | undefined, version: Version) =>
    probeGrpc(target, identity(pair, version), { timeout: 3_000 });
  const closed = 'refused by close';
  const named = 'refused by rpc-status 16';
  await table(
    t,
    'C-core',
    [
      ['good', 'accepted', 'accepted'],
      ['noUsage', 'accepted', 'accepted'],
      ['superstringCommonName', named, named],
      ['none', closed, closed],
      ['otherCa', closed, closed],
      ['expired', closed, closed],
      ['serverAuthOnly', closed, closed],
    ],
    ask,
  );
});

t.test(
  'gRPC C-core that looks at the certificate time alone is left behind by a torn pair until it is touched',
  python,
  async (t) => {
    const { ca, cert, key } = files(temporaryDirectory(t), await authority.issue({ ...names, commonName: 'First' }));
    const server = join(import.meta.dirname, 'grpc_server.py');
    const [, port] = await started(
      t,
      '/usr/bin/python3',
      [server, ca, cert, key, 'TiDB-Server', 'mtime'],
      /READY (\d+)/,
    );
    const target: ProbeTarget = {
      host: '127.0.0.1',
      port: Number(port),
      alpn: ['h2'],
      probe: { protocol: 'grpc', method: '/grpc.health.v1.Health/Check' },
    };
    const good = await authority.issue(names);
    const served = async () =>
      (await probeGrpc(target, identity(good, 'TLSv1.3'), { timeout: 3_000 })).peerChain[0]?.x509.subject;
    t.equal(await served(), 'CN=First');
    const second = await authority.issue({ ...names, commonName: 'Second' });
    writeFileSync(cert, second.certificatePem);
    t.equal(await served(), 'CN=First', 'the torn pair is not taken');
    writeFileSync(key, second.keyPem);
    t.equal(await served(), 'CN=First', 'and the key alone is not noticed: stuck');
    utimesSync(cert, new Date(), new Date(Date.now() + 1_000));
    t.equal(await served(), 'CN=Second', 'touching the certificate cures it');
  },
);
