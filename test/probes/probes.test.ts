import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { createSecureContext, createServer as createTls } from 'node:tls';
import t from 'tap';
import { Authority, type Issued } from '../../certs-dev/authority.js';
import { type BadKind, issueBad } from '../../certs-dev/bad.js';
import { withoutStall } from '../../probes/event-loop-stall.js';
import { probeHttp } from '../../probes/http-probe.js';
import type { Identity, ProbeTarget } from '../../probes/prober.js';
import { probeTls } from '../../probes/tls-probe.js';
import { patience } from '../support/eventually.js';
import { needs } from '../support/peers.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const authority = await Authority.create();
const names = { commonName: 'TiDB-Server', dns: ['localhost'], ip: ['127.0.0.1'] };
const good = await authority.issue(names);

type Version = 'TLSv1.2' | 'TLSv1.3';

function identity(pair: Issued | undefined, version?: Version): Identity {
  const versions = version === undefined ? {} : { minVersion: version, maxVersion: version };
  const agent = pair === undefined ? {} : { cert: pair.certificatePem, key: pair.keyPem };
  return {
    name: pair === undefined ? 'no-certificate' : 'agent',
    secureContext: createSecureContext({ ca: authority.certificatePem, ...agent, ...versions }),
  };
}

function target(port: number, more: Partial<ProbeTarget> = {}): ProbeTarget {
  return { host: '127.0.0.1', port, alpn: [], probe: { protocol: 'http', path: '/', accept: 'any' }, ...more };
}

async function listening(t: Tap, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return (server.address() as AddressInfo).port;
}
type Tap = { teardown(act: () => unknown): void };

async function openssl(t: Tap, directory: string, pair: Issued): Promise<number> {
  const file = (name: string, pem: string) => {
    const path = join(directory, name);
    writeFileSync(path, pem);
    return path;
  };
  const args = [
    '-cert',
    file('cert', pair.certificatePem),
    '-key',
    file('key', pair.keyPem),
    '-CAfile',
    file('ca', authority.certificatePem),
  ];
  const child: ChildProcess = spawn('/usr/bin/openssl', [
    's_server',
    '-accept',
    '127.0.0.1:0',
    '-Verify',
    '2',
    '-verify_return_error',
    '-www',
    ...args,
  ]);
  t.teardown(() => child.kill('SIGKILL'));
  let output = '';
  for await (const chunk of child.stdout ?? []) {
    output += chunk;
    const port = /ACCEPT \S*:(\d+)/.exec(output)?.[1];
    if (port !== undefined) {
      return Number(port);
    }
  }
  throw new Error(`openssl s_server did not start: ${output}`);
}

const expected: readonly (readonly [BadKind | 'good' | 'none', 'TLSv1.2' | 'TLSv1.3', number | undefined])[] = [
  ['good', 'TLSv1.2', undefined],
  ['good', 'TLSv1.3', undefined],
  ['noUsage', 'TLSv1.3', undefined],
  ['clientAuthOnly', 'TLSv1.3', undefined],
  ['intermediateChain', 'TLSv1.3', undefined],
  ['none', 'TLSv1.2', 40],
  ['none', 'TLSv1.3', 116],
  ['otherCa', 'TLSv1.2', 48],
  ['otherCa', 'TLSv1.3', 48],
  ['expired', 'TLSv1.2', 45],
  ['expired', 'TLSv1.3', 45],
  ['serverAuthOnly', 'TLSv1.2', 43],
  ['serverAuthOnly', 'TLSv1.3', 43],
  ['notYetValid', 'TLSv1.2', 42],
  ['notYetValid', 'TLSv1.3', 42],
];

t.test(
  'alerts of OpenSSL are known by number, before and after the handshake',
  needs('/usr/bin/openssl', 'openssl'),
  async (t) => {
    const port = await openssl(t, temporaryDirectory(t), good);
    for (const [kind, version, alert] of expected) {
      const pair = kind === 'none' ? undefined : kind === 'good' ? good : await issueBad(authority, kind, names);
      const seen = await withoutStall(() => probeHttp(target(port), identity(pair, version), { timeout: patience }));
      t.match(
        seen,
        {
          outcome: alert === undefined ? 'accepted' : 'rejected',
          tlsVersion: alert === undefined ? version : seen.tlsVersion,
        },
        `${kind} ${version}: ${seen.detail}`,
      );
      t.match(
        seen.rejection,
        alert === undefined ? undefined : { side: 'peer', by: 'tls-alert', number: alert },
        `${kind} ${version}`,
      );
      if (version === 'TLSv1.3') {
        t.equal(
          seen.peerChain[0]?.subject,
          'CN=TiDB-Server',
          `${kind}: the chain is known also when the client is rejected`,
        );
      }
    }
  },
);

t.test(
  'the agent rejects a bad server, and its chain is still known',
  needs('/usr/bin/openssl', 'openssl'),
  async (t) => {
    for (const [kind, problem] of [
      ['expired', 'CERT_HAS_EXPIRED'],
      ['otherCa', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT_LOCALLY'],
      ['otherHost', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ] as const) {
      const bad = await issueBad(authority, kind, names);
      const port = await openssl(t, temporaryDirectory(t), bad);
      const seen = await withoutStall(() => probeHttp(target(port), identity(good), { timeout: patience }));
      t.match(seen, { outcome: 'rejected', rejection: { side: 'probe' }, peerProblem: new RegExp(problem) }, kind);
      t.equal(seen.peerChain.length > 0, true, kind);
    }
  },
);

t.test('a Common Name is no name to dial, as for Go and gRPC: only SANs count', async (t) => {
  const nameless = await authority.issue({ commonName: 'localhost' });
  const server = createTls({ cert: nameless.certificatePem, key: nameless.keyPem }, (socket) =>
    socket.on('error', () => socket.destroy()),
  );
  const port = await listening(t, server);
  const where = target(port, { serverName: 'localhost' });
  t.match(await withoutStall(() => probeHttp(where, identity(good), { timeout: patience })), {
    outcome: 'rejected',
    peerProblem: 'ERR_TLS_CERT_ALTNAME_INVALID',
    rejection: { side: 'probe', by: 'name' },
  });
});

t.test('what PD says of many stores is read, and a flood is cut', async (t) => {
  const stores = (count: number) =>
    JSON.stringify({
      count,
      stores: Array.from({ length: count }, (_, id) => ({
        store: { id, address: `kv-${id}:20160`, state_name: 'Up', padding: 'x'.repeat(1_000) },
      })),
    });
  const server = createHttps({ cert: good.certificatePem, key: good.keyPem }, (request, response) =>
    response.end(stores(Number(request.url?.split('/')[1]))),
  );
  const port = await listening(t, server);
  const ask = (count: number) =>
    withoutStall(() =>
      probeHttp(target(port, { probe: { protocol: 'http', path: `/${count}`, accept: 'pd-stores' } }), identity(good), {
        timeout: patience,
      }),
    );
  const many = await ask(1_000);
  t.match(many.application, { answer: { kind: 'pd-stores', stores: { length: 1_000 } } });
  const flood = await ask(3_000);
  t.match(flood, { outcome: 'accepted', detail: /^HTTP 200, but more than 2048 KiB where JSON/ });
  t.match(flood.application, { answer: undefined });
});

t.test('PD before its first TiKV says so with status 500', async (t) => {
  const body = JSON.stringify('[PD:cluster:ErrNotBootstrapped]TiKV cluster not bootstrapped, please start TiKV first');
  const server = createHttps({ cert: good.certificatePem, key: good.keyPem }, (_request, response) => {
    response.writeHead(500).end(body);
  });
  const port = await listening(t, server);
  const probe = { protocol: 'http', path: '/pd/api/v1/stores', accept: 'pd-stores' } as const;
  const { application } = await probeHttp(target(port, { probe }), identity(good), { timeout: patience });
  t.match(application, { status: 500, answer: { kind: 'pd-not-bootstrapped' } });
});

t.test('what is no rejection is never reported as one', async (t) => {
  const silent = await listening(
    t,
    createServer((socket) => t.teardown(() => socket.destroy())),
  );
  const plain = await listening(
    t,
    createHttp((_request, response) => response.end('hello')),
  );
  const garbage = await listening(
    t,
    createServer((socket) => socket.on('error', () => undefined).end('not tls at all\n')),
  );
  const closing = await listening(
    t,
    createServer((socket) => socket.on('error', () => undefined).once('data', () => socket.destroy())),
  );
  const free = createServer();
  const closed = await listening(t, free);
  await new Promise((resolve) => free.close(resolve));
  const cases: readonly (readonly [string, ProbeTarget, string, RegExp])[] = [
    [
      'a port without a listener',
      target(closed),
      'unreachable',
      /^unreachable: connection refused \(this is not a TLS rejection\)$/,
    ],
    [
      'a name that does not resolve',
      target(443, { host: 'no-such-host.invalid' }),
      'unreachable',
      /does not resolve|name resolution failed/,
    ],
    ['a port that says nothing', target(silent), 'timeout', /no TLS handshake within 300 ms/],
    ['plaintext HTTP', target(plain), 'not-tls', /without TLS/],
    ['something else', target(garbage), 'not-tls', /./],
    [
      'a close in the handshake',
      target(closing),
      'rejected',
      /closed the connection during the TLS handshake, without an alert/,
    ],
  ];
  for (const [what, where, outcome, detail] of cases) {
    for (const prober of [probeHttp, probeTls]) {
      const seen = await withoutStall(() =>
        prober(where, identity(good), { timeout: outcome === 'timeout' ? 300 : patience }),
      );
      t.match(seen, { outcome, detail }, `${what}: ${seen.detail}`);
    }
  }
});
