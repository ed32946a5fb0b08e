import { writeFileSync } from 'node:fs';
import type { Evidence } from '../../checks/check.js';
import { credentialKey } from '../../checks/check.js';
import type { ComponentName } from '../../cluster/components/profile.js';
import type { Problem } from '../../cluster/documents/origin.js';
import { parseToml } from '../../cluster/documents/toml.js';
import { describe, instanceOf as describeInstance } from '../../cluster/inventory/component-config.js';
import { mergeReadings } from '../../cluster/inventory/merge.js';
import { CredentialError } from '../../credentials/error.js';
import { gatherCredentialFacts } from '../../credentials/gather.js';
import { derOf, readCertificate } from '../../credentials/read-certificate.js';
import { authority, bad, day, evidence, exampleTime, filesWith, host, issue, later, node, origin } from './evidence.js';

type Examples = Readonly<Record<string, readonly Evidence[]>>;

const good = await issue();
const tikv = node('tikv');
const ofPair = async (pair: typeof good, component: ComponentName = 'tikv', more: Parameters<typeof node>[1] = {}) =>
  evidence({ instances: [node(component, more)], facts: [await filesWith(pair, { component })] });
const expiringIn = (days: number) =>
  issue({ notBefore: later((days - 365) * day), notAfter: later(days * day) }).then((pair) => ofPair(pair));
const validFor = (duration: number, component: 'tiproxy' | 'tikv') =>
  issue({ notBefore: exampleTime, notAfter: later(duration) }).then((pair) => ofPair(pair, component));
const advertised = { advertisedHosts: [{ value: '10.0.9.9', origin: origin('tikv') }] };
const { security } = tikv;

/** The facts of files of which one has other contents. */
async function withContents(which: 'cert' | 'key', bytes: Buffer) {
  const facts = await filesWith(good);
  writeFileSync(facts.paths[which] ?? '', bytes);
  return evidence({ instances: [tikv], facts: [await gatherCredentialFacts(facts.paths, exampleTime)] });
}

/** The certificate with a UTF8String in place of its subject alternative names. */
function malformedNames(pem: string): Buffer {
  const der = Buffer.from(derOf(pem));
  const oid = Buffer.from('0603551d11', 'hex');
  der[der.indexOf(oid) + oid.length + 2] = 0x0c;
  return Buffer.from(readCertificate(der).pem);
}

/** The facts where a verifier gave no result. */
async function withoutResult() {
  const facts = await filesWith(good);
  const message = 'the Go verifier gave no result: out of memory';
  const results = facts.results.map((one) => (one.verifier === 'go' ? { ...one, trusted: undefined, message } : one));
  return evidence({ instances: [tikv], facts: [{ ...facts, results }] });
}

/** The facts of a key that only another user may read. */
async function forbidden() {
  const { paths, caDigest, ca } = await filesWith(good);
  const none = await gatherCredentialFacts({ ca: paths.ca, cert: undefined, key: undefined }, exampleTime);
  const error = new CredentialError('permission_denied', paths.key ?? '');
  return evidence({ instances: [tikv], facts: [{ ...none, paths, caDigest, ca, errors: [error] }] });
}

/** The problems of a TiKV file. */
function problemsOf(text: string): readonly Problem[] {
  const problems: Problem[] = [];
  const described = describe(parseToml(text, '/tidb-deploy/tikv/conf/tikv.toml'), problems, 'tikv');
  if (described !== undefined) {
    describeInstance(described, problems);
  }
  return problems;
}

/** The problem that discovery reports of a PD without a leader. */
const leaderless: Problem = {
  code: 'no-leader',
  severity: 'warn',
  origin: { kind: 'pd', url: 'https://10.0.1.1:2379' },
  message: 'PD has no leader, so its stores are unknown',
  remediation: 'find out why PD elects none; the agent retries',
};

/** A file and a topology with one difference. */
function disagreeing({ scheme = 'https', list = ['TiDB-Server'] }: { scheme?: 'http' | 'https'; list?: string[] }) {
  const inFile = node('tikv', { list: ['TiDB-Server'] });
  const listed = node('tikv', { list });
  const position = { kind: 'file', file: 'meta.yaml', line: 40, column: 5 } as const;
  const inTopology = {
    ...listed,
    endpoints: listed.endpoints.map((endpoint) => ({
      ...endpoint,
      scheme,
      origin: position,
      allowList: { value: list, origin: position },
    })),
  };
  return evidence(
    mergeReadings([
      { source: 'config', instances: [inFile] },
      { source: 'deployment', instances: [inTopology] },
    ]),
  );
}

/** Evidences for the checks of files, by check. They give every status of the check. */
export const fileExamples: Examples = {
  configuration: [evidence({ problems: [...problemsOf('[security]\ncert-allowed-cn = "TiDB-Server"\n'), leaderless] })],
  'sources-agree': [disagreeing({ scheme: 'http' }), disagreeing({ list: ['TiDB-Server', 'PD-Server'] })],
  'tls-configured': [
    evidence({ instances: [node('tikv', { security: { ...security, key: undefined } })] }),
    evidence({
      instances: [node('tikv', { security: { ...security, ca: undefined, cert: undefined, key: undefined } })],
    }),
    evidence({
      instances: [
        node('ticdc', {
          configFile: '/tidb-deploy/cdc-8300/conf/cdc.toml',
          security: { ...security, ca: undefined, cert: undefined, key: undefined },
          flagsUnknown: true,
        }),
      ],
    }),
  ],
  'certificate-readable': [
    await withContents('cert', Buffer.from(good.certificatePem.slice(0, 300))),
    await withContents('cert', malformedNames(good.certificatePem)),
  ],
  'file-safe': [await withContents('cert', Buffer.from([0x30, 0x82, 1, 2, 3]))],
  'key-matches-certificate': [await ofPair(await bad('mismatchedKey'))],
  'verifies-under-ca': [
    await ofPair(await bad('otherCa')),
    await authority.intermediate('Issuing CA').then(async (intermediate) =>
      evidence({
        instances: [node('tikv', { list: ['TiDB-Server'] })],
        facts: [await filesWith(await issue({}, intermediate), { caPem: intermediate.certificatePem })],
      }),
    ),
    await withoutResult(),
  ],
  'certificate-validity': [await expiringIn(5), await expiringIn(13)],
  'lifetime-covers-reload': [await validFor(day / 48, 'tiproxy'), await validFor(day, 'tikv')],
  'key-usages': [await ofPair(await bad('serverAuthOnly'))],
  'names-cover-addresses': [await ofPair(good, 'tikv', advertised)],
  'names-cover-source': [
    evidence({
      instances: [
        node('pd', { advertisedHosts: [{ value: host, origin: origin('pd') }] }),
        node('pd', { name: '10.0.1.3:2379' }),
      ],
      facts: [await filesWith(await issue({ dns: [], ip: ['10.0.9.9'] }), { component: 'pd' })],
    }),
  ],
  'key-file-mode': [evidence({ instances: [tikv], facts: [await filesWith(good, { mode: 0o644 })] })],
  'survives-restart': [
    await ofPair(await issue({ commonName: 'PD-Server' }), 'pd', { list: ['TiDB-Server', 'TiKV-Server'] }),
    await forbidden(),
  ],
  'own-name-in-list': [
    await ofPair(await issue({ commonName: 'PD-Server' }), 'pd', { list: ['TiDB-Server', 'TiKV-Server'] }),
  ],
  'caller-in-allow-list': [
    await callerIn({ version: '8.5.0', list: ['PD-Server', 'TiKV-Server'] }),
    await callerIn({ list: ['TiDB'] }),
  ],
  'unused-allow-list-entry': [evidence({ instances: [node('tikv', { list: ['tidb', 'tikv', 'tiproxy'] })] })],
  'ca-unchanged': [await changedCa('pd'), await changedCa('tikv')],
};

async function callerIn(more: Parameters<typeof node>[1]) {
  return evidence({
    instances: [node('tikv', more), node('tidb', { endpoints: [], name: '10.0.1.1:10080' })],
    facts: [undefined, await filesWith(await issue({ commonName: 'TiDB-Server' }))],
  });
}

async function changedCa(component: ComponentName) {
  const instance = node(component);
  const before = later(-30 * day);
  const baselines = new Map([[credentialKey(instance), { caDigest: 'another', since: before, processStart: before }]]);
  const facts = { ...(await filesWith(good)), certModifiedAt: before.getTime() };
  return evidence({ instances: [instance], facts: [facts], baselines });
}
