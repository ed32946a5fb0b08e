import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashSync } from 'bcryptjs';
import t, { type Test } from 'tap';
import { readWebConfig } from '../../agent/http/web-config.js';
import { Authority, type Issued } from '../../certs-dev/authority.js';
import { ConfigError } from '../../cluster/documents/config-error.js';
import { ask, type ClientOptions, startAgentServer } from '../support/agent-server.js';
import { buildGoPeers, needsGo, toolkit } from '../support/go-peers.js';
import { needs } from '../support/peers.js';
import { freePort, started } from '../support/real-peer.js';
import { authority, basic, layOut, pair, withPair } from '../support/web-files.js';

const blackbox = '/usr/bin/prometheus-blackbox-exporter';
const day = 86_400_000;
const unauthorizedClient = await Authority.create();
const named = { commonName: 'Prometheus', dns: ['prometheus.example.com'] };
const past = { notBefore: new Date(Date.now() - 2 * day), notAfter: new Date(Date.now() - day) };
const chained = await authority.intermediate('Intermediate');
const viaIntermediate = await chained.issue(named);

/** Who comes: a certificate or none, a password or none. */
const pairs: Readonly<Record<string, Issued | undefined>> = {
  'no certificate': undefined,
  'a good certificate': await authority.issue(named),
  'a name in the e-mail SAN': await authority.issue({ commonName: 'x', email: ['ops@example.com'] }),
  'an address in the IP SAN': await authority.issue({ commonName: 'x', ip: ['10.0.0.7', 'fd00::7'] }),
  'another name': await authority.issue({ commonName: 'prometheus.example.com', dns: ['other.example.com'] }),
  'names written into one SAN': await authority.issue({
    commonName: 'x',
    dns: ['a, DNS:prometheus.example.com, DNS:b'],
  }),
  'no SAN': await authority.issue({ commonName: 'prometheus.example.com' }),
  'a certificate of another CA': await unauthorizedClient.issue(named),
  'an expired certificate': await authority.issue({ ...named, ...past }),
  'a certificate for servers only': await authority.issue({ ...named, usages: ['serverAuth'] }),
  'a certificate without usages': await authority.issue({ ...named, usages: [] }),
  'a chain through an intermediate': {
    ...viaIntermediate,
    certificatePem: viaIntermediate.certificatePem + chained.certificatePem,
  },
};

const ca = '  client_ca_file: ca.crt\n';
const sans = '  client_allowed_sans: [prometheus.example.com, ops@example.com, 10.0.0.7]\n';
const types = [
  'NoClientCert',
  'RequestClientCert',
  'RequireClientCert',
  'RequireAnyClientCert',
  'VerifyClientCertIfGiven',
  'RequireAndVerifyClientCert',
];
const users = `basic_auth_users:\n  alice: ${hashSync('se:cret', 4)}\n  "b ob": ${hashSync('', 5)}\n`;

interface Case {
  readonly name: string;
  readonly text: string;
  readonly clients: readonly (readonly [string, ClientOptions])[];
  /** Not a word of older releases. */
  readonly recent?: boolean;
}

const certificates = Object.entries(pairs).flatMap(([name, issued]) =>
  (['TLSv1.2', 'TLSv1.3'] as const).map(
    (maxVersion) => [`${name}, ${maxVersion}`, { ...withPair(issued), maxVersion }] as const,
  ),
);
const trusting = { ca: authority.certificatePem };
const passwords = ['alice:se:cret', 'alice:wrong', 'alice:', 'bob:se:cret', 'b ob:', 'b ob:x', ':', 'alice'].map(
  (credentials) => [credentials, { headers: basic(credentials) }] as const,
);
const headerForms = ['Basic', 'Basic !', 'Bearer YTpi', 'bAsIc YWxpY2U6c2U6Y3JldA=='].map(
  (authorization) => [authorization, { headers: { authorization } }] as const,
);

const cases: readonly Case[] = [
  ...types.map((type) => ({
    name: type,
    text: `${pair}  client_auth_type: ${type}\n${type === 'NoClientCert' ? '' : ca}`,
    clients: certificates,
  })),
  ...types
    .filter((type) => type !== 'NoClientCert')
    .map((type) => ({
      name: `${type} with client_allowed_sans`,
      text: `${pair}  client_auth_type: ${type}\n${ca}${sans}`,
      clients: certificates,
      recent: true,
    })),
  { name: 'basic_auth_users', text: users, clients: [['nothing', {}], ...passwords, ...headerForms] },
  {
    name: 'TLS 1.3 only',
    text: `${pair}  min_version: TLS13\n`,
    clients: [
      ['1.2', { ...trusting, maxVersion: 'TLSv1.2' }],
      ['1.3', { ...trusting, maxVersion: 'TLSv1.3' }],
    ],
  },
  {
    name: 'one suite and one curve',
    text: `${pair}  max_version: TLS12\n  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA]\n  curve_preferences: [CurveP384]\nhttp_server_config: { http2: false }\n`,
    clients: [
      ['anything', trusting],
      ['another suite', { ...trusting, ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' }],
      ['that suite', { ...trusting, ciphers: 'ECDHE-ECDSA-AES256-SHA' }],
      ['another curve', { ...trusting, ecdhCurve: 'prime256v1' }],
      ['1.3 only', { ...trusting, minVersion: 'TLSv1.3' }],
    ],
  },
];

/** Status by client; 0: the connection ended without an answer. */
async function statuses(url: string, clients: Case['clients']): Promise<Readonly<Record<string, number>>> {
  const seen: Record<string, number> = {};
  for (const [name, options] of clients) {
    const { status } = await ask(`${url}/-/healthy`, options);
    seen[name] = status;
  }
  return seen;
}

async function compare(t: Test, one: Case, peer: (file: string) => Promise<number>): Promise<void> {
  const directory = layOut(t, one.text);
  const file = join(directory, 'web.yml');
  const ours = await statuses((await startAgentServer(t, file)).url, one.clients);
  const scheme = one.text.includes('tls_server_config') ? 'https' : 'http';
  const theirs = await statuses(`${scheme}://127.0.0.1:${await peer(file)}`, one.clients);
  t.strictSame(ours, theirs, one.name);
  const accepted = Object.values(theirs).filter((status) => status === 200).length;
  t.ok(accepted > 0 && one.clients.length > 0, `${accepted} of ${one.clients.length} clients accepted`);
}

t.test("every client is accepted or not as by Prometheus' own code", needsGo(), async (t) => {
  const program = buildGoPeers(toolkit);
  for (const one of cases) {
    await compare(t, one, async (file) => Number((await started(t, program, [file], /listening (\d+)/))[1]));
  }
});

t.test("and as by Debian's blackbox_exporter", needs(blackbox, 'prometheus-blackbox-exporter'), async (t) => {
  for (const one of cases.filter(({ recent }) => recent !== true)) {
    await compare(t, one, async (file) => {
      const [port, config] = [await freePort(), join(file, '../blackbox.yml')];
      writeFileSync(config, 'modules: { tcp: { prober: tcp } }\n');
      const flags = [`--config.file=${config}`, `--web.config.file=${file}`, `--web.listen-address=127.0.0.1:${port}`];
      await started(t, blackbox, flags, /Listening on/);
      return port;
    });
  }
});

t.test('a file that Prometheus rejects is rejected here', needsGo(), async (t) => {
  const program = buildGoPeers(toolkit);
  const rejected: readonly string[] = [
    'tls_server_config:\n  cert_file: server.crt\n',
    'tls_server_config:\n  key_file: server.key\n',
    `${pair}  client_auth_type: Sometimes\n`,
    `${pair}${ca}`,
    `${pair}  min_version: SSL3\n`,
    `${pair}  cipher_suites: [RC4]\n`,
    `${pair}  curve_preferences: [P256]\n`,
    `${pair}  cert_fle: x\n`,
    'basic_auth_users: { alice: secret }\n',
    'http_server_config: { headers: { X-Other: y } }\n',
    'http_server_config: { headers: { X-Frame-Options: allow } }\n',
    'http_server_config: { headers: { X-Content-Type-Options: sniff } }\n',
    'tls_server_config: [\n',
  ];
  for (const text of rejected) {
    const file = join(layOut(t, text), 'web.yml');
    t.equal(spawnSync(program, [file], { timeout: 120_000 }).status, 1, text);
    t.throws(() => readWebConfig(file), ConfigError, text);
  }
});
