import { X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAgentConfig } from '../../agent/config/load.js';
import { readWebConfig } from '../../agent/http/web-config.js';
import { EventStore } from '../../agent/sidecar/event-store.js';
import { Authority } from '../../certs-dev/authority.js';
import type { HttpAnswerKind } from '../../cluster/components/profile.js';
import { decodeMembers, decodeRange, decodeStores } from '../../cluster/discovery/pd-messages.js';
import { bytesField, varintField } from '../../cluster/discovery/protobuf.js';
import { registrationsIn } from '../../cluster/discovery/registrations.js';
import type { Problem } from '../../cluster/documents/origin.js';
import { parseToml } from '../../cluster/documents/toml.js';
import { parseYaml } from '../../cluster/documents/yaml.js';
import { buildInventory } from '../../cluster/inventory/builder.js';
import { lintFile } from '../../cluster/lint/lint.js';
import { describeProcesses } from '../../cluster/sources/command-lines.js';
import { type Certificate, certificateFields } from '../../credentials/certificate.js';
import { parseCertificates, parseKey, pemText } from '../../credentials/parse.js';
import { readCertificate } from '../../credentials/read-certificate.js';
import { decodeHttpAnswer } from '../../probes/http-answers.js';
import { ServerMessages } from '../../probes/server-messages.js';
import { decodeProxyHeader, encodeProxyHeader } from '../../proxy/proxy-protocol.js';
import { seeds } from './seeds.js';

/** A reader of what others write. */
export interface FuzzTarget {
  readonly name: string;
  readonly seeds: readonly Buffer[];
  /** Takes whatever comes; may throw what its documentation says, see `allowed`. */
  readonly read: (input: Buffer) => unknown;
  /** Names of the errors that are its answer to a bad input; each has a code and a hint, but RangeError of decoders. */
  readonly allowed: readonly string[];
}

const root = mkdtempSync(join(tmpdir(), 'tidb-mtls-fuzz-'));
process.on('exit', () => rmSync(root, { recursive: true, force: true }));

/** Runs a reader on a file with these bytes. */
function onFile(name: string, read: (file: string) => void): (input: Buffer) => void {
  const file = join(root, name);
  return (input) => {
    writeFileSync(file, input);
    read(file);
  };
}

function inventoryOf(file: string): void {
  lintFile(file);
  buildInventory({ files: [file], instances: [], clients: [], processes: false, discovery: undefined });
}

const authority = await Authority.create();
const pair = await authority.issue({ commonName: 'fuzz', dns: ['a.example.com'], ip: ['10.0.0.1', '::1'] });
const pem = Buffer.from(pair.certificatePem + authority.certificatePem);
const { raw } = new X509Certificate(pair.certificatePem);

const httpKinds: readonly HttpAnswerKind[] = [
  'tidb-status',
  'pd-members',
  'pd-health',
  'pd-stores',
  'etcd-health',
  'ticdc-status',
];
const member = Buffer.concat([bytesField(1, 'pd-0'), bytesField(3, 'http://a:1'), bytesField(4, 'https://[::1]:2')]);
const members = Buffer.concat([bytesField(1, varintField(1, 7n)), bytesField(2, member), bytesField(3, member)]);

export const targets: readonly FuzzTarget[] = [
  { name: 'toml', seeds: seeds.toml, allowed: ['ConfigError'], read: (input) => parseToml(input.toString(), 'f') },
  {
    name: 'agent-config',
    seeds: seeds.agentConfig,
    allowed: ['ConfigError', 'OperatorError'],
    read: onFile('agent.toml', readAgentConfig),
  },
  { name: 'component-config', seeds: seeds.toml, allowed: [], read: onFile('tikv.toml', inventoryOf) },
  { name: 'yaml', seeds: seeds.yaml, allowed: ['ConfigError'], read: (input) => parseYaml(input.toString(), 'f') },
  { name: 'kubernetes', seeds: seeds.kubernetes, allowed: [], read: onFile('manifest.yaml', inventoryOf) },
  { name: 'topology', seeds: seeds.topology, allowed: [], read: onFile('topology.yaml', inventoryOf) },
  {
    name: 'web-config',
    seeds: seeds.webConfig,
    allowed: ['ConfigError', 'OperatorError'],
    read: onFile('web.yml', readWebConfig),
  },
  {
    name: 'pem',
    seeds: [pem, Buffer.from(pair.keyPem), Buffer.concat([pem, Buffer.from(pair.keyPem)])],
    allowed: ['CredentialError'],
    read: (input) => {
      parseCertificates(pemText(input, 'f'), 'f').forEach(inspectInput);
      parseKey(pemText(input, 'f'), 'f');
    },
  },
  { name: 'der', seeds: [raw], allowed: [], read: (input) => lookAtDer(input) },
  {
    name: 'http-answers',
    seeds: seeds.httpAnswers,
    allowed: [],
    read: (input) => {
      for (const kind of httpKinds) {
        decodeHttpAnswer(kind, input.toString());
      }
    },
  },
  { name: 'pd-members', seeds: [members], allowed: ['RangeError'], read: (input) => decodeMembers(input) },
  { name: 'pd-stores', seeds: [members], allowed: ['RangeError', 'PdError'], read: (input) => decodeStores(input) },
  { name: 'pd-range', seeds: [members], allowed: ['RangeError'], read: (input) => decodeRange(input) },
  {
    name: 'pd-registrations',
    seeds: seeds.registrations,
    allowed: [],
    read: (input) => {
      const [key = '', ...rest] = input.toString().split('\n');
      registrationsIn(new Map([[key, rest.join('\n')]]));
    },
  },
  { name: 'tls-flight', seeds: seeds.messages(raw), allowed: [], read: (input) => new ServerMessages().take(input) },
  {
    name: 'proxy-header',
    seeds: [
      encodeProxyHeader({ source: { host: '10.0.0.1', port: 1 }, destination: { host: '10.0.0.2', port: 2 } }),
      encodeProxyHeader({ source: { host: '::1', port: 1 }, destination: { host: '::2', port: 2 } }),
    ],
    allowed: [],
    read: (input) => decodeProxyHeader(input),
  },
  {
    name: 'history',
    seeds: seeds.history,
    allowed: [],
    read: onFile('history', (file) => {
      new EventStore(file, (error) => {
        throw error;
      }).add({ at: '', kind: 'trigger', component: 'agent', instance: '', message: '' });
    }),
  },
  { name: 'command-lines', seeds: seeds.commandLines, allowed: [], read: onCommandLine },
];

function onCommandLine(input: Buffer): void {
  const process = join(root, 'proc/77');
  mkdirSync(process, { recursive: true });
  writeFileSync(join(process, 'cmdline'), input);
  const problems: Problem[] = [];
  describeProcesses(problems, join(root, 'proc'));
}

/** OpenSSL rejects most of them; of what it reads, every fact can be had. */
function lookAtDer(input: Buffer): void {
  let certificate: Certificate;
  try {
    certificate = readCertificate(input);
  } catch {
    return;
  }
  inspectInput(certificate);
}

function inspectInput(certificate: Certificate): void {
  JSON.stringify(certificateFields.map((field) => certificate[field]));
}
