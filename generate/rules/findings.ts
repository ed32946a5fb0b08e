import { definitions } from '../../metrics/definitions.js';
import { type Alert, attempt, cluster, file, least, most, port } from './alert.js';

const finding = definitions.findingStatus.name;

/** The value of `tidb_mtls_finding` for a failed check. */
export const failed = 3;
const warned = 2;
const skipped = 1;

/** The worst status of a check at each place that `labels` tell apart. */
export function worst(check: string, labels: string, more = ''): string {
  return most(labels, `${finding}{check="${check}"${more}}`);
}

function failing(check: string, labels: string, more = ''): string {
  return `${worst(check, labels, more)} == ${failed}`;
}

/** What is wrong with files, before anybody connects. */
export const fileAlerts: readonly Alert[] = [
  {
    name: 'credential_unreadable',
    level: 'critical',
    for: '5m',
    expr: `${most(`${file}, reason`, `${definitions.credentialError.name}{reason!="key_mismatch"}`)} == 1`,
    summary: 'a certificate, key or CA file cannot be used',
    checks: ['certificate-readable'],
  },
  {
    name: 'file_unsafe',
    level: 'emergency',
    for: '0s',
    expr: failing('file-safe', file),
    summary: 'a credential file is one that the running component does not survive reading',
    checks: ['file-safe'],
  },
  {
    name: 'key_pair_mismatched',
    level: 'critical',
    for: '2m',
    expr: `${least(file, definitions.keyPairMatched.name)} == 0`,
    summary: 'key and certificate on disk do not belong together',
    checks: ['key-matches-certificate'],
  },
  {
    name: 'pair_not_trusted',
    level: 'critical',
    for: '5m',
    expr: failing('verifies-under-ca', file),
    summary: 'a pair on disk does not verify under the CA file beside it',
    checks: ['verifies-under-ca'],
  },
  {
    name: 'key_usage_missing',
    level: 'critical',
    for: '5m',
    expr: failing('key-usages', file),
    summary: 'a certificate may not be used in both roles',
    checks: ['key-usages'],
  },
  {
    name: 'name_missing',
    level: 'critical',
    for: '5m',
    expr: failing('names-cover-addresses', file),
    summary: 'a certificate is not good for an address that its component advertises',
    checks: ['names-cover-addresses'],
  },
  {
    name: 'restart_would_fail',
    level: 'critical',
    for: '5m',
    expr: failing('survives-restart', file),
    summary: 'a component would not start again with its files as they are',
    checks: ['survives-restart'],
  },
  {
    name: 'ca_changed_not_loaded',
    level: 'warning',
    for: '5m',
    expr: `${most(file, `${finding}{check=~"ca-unchanged|trusts-ca-on-disk"}`)} >= ${warned}`,
    summary: 'the CA file changed and what runs still trusts the old one',
    checks: ['ca-unchanged', 'trusts-ca-on-disk'],
  },
  // Components of one cluster whose CA files do not hold the same CAs, by key, whatever their names.
  {
    name: 'ca_files_differ',
    level: 'warning',
    for: '1h',
    expr: `${counted(cluster, file)} > on (${cluster}) group_right () ${counted(`${cluster}, fingerprint`, `${file}, fingerprint`)}`,
    summary: 'a CA is in the files of some components and not of others',
  },
];

/** How many components there are for each of `labels`, each once however many agents see it. */
function counted(labels: string, each: string): string {
  return `count by (${labels}) (count by (${each}) (${definitions.caInfo.name}{component!="agent"}))`;
}

/** What is wrong with settings and lists, before a restart makes it count. */
export const settingAlerts: readonly Alert[] = [
  {
    name: 'configuration_unusable',
    level: 'warning',
    for: '15m',
    expr: failing('configuration', file),
    summary: "a component's configuration cannot be read or used",
    checks: ['configuration'],
  },
  {
    name: 'sources_disagree',
    level: 'warning',
    for: '15m',
    expr: failing('sources-agree', file),
    summary: 'files, topology, command lines and PD do not say the same',
    checks: ['sources-agree'],
  },
  {
    name: 'tls_not_configured',
    level: 'critical',
    for: '5m',
    expr: failing('tls-configured', file),
    summary: 'a component has TLS configured by half',
    checks: ['tls-configured'],
  },
  {
    name: 'caller_not_listed',
    level: 'warning',
    for: '15m',
    expr: failing('caller-in-allow-list', attempt),
    summary: 'an allow-list lacks a component that calls the port',
    checks: ['caller-in-allow-list'],
  },
  {
    name: 'own_name_not_in_list',
    level: 'critical',
    for: '5m',
    expr: failing('own-name-in-list', file),
    summary: 'PD is not in its own list and ends at its next start',
    checks: ['own-name-in-list'],
  },
];

/** What ports do when they are called. */
export const portAlerts: readonly Alert[] = [
  {
    name: 'endpoint_down',
    level: 'critical',
    for: '3m',
    expr: failing('endpoint-answers', attempt),
    summary: 'a port does not answer over mutual TLS',
    checks: ['endpoint-answers'],
  },
  {
    name: 'endpoint_unsteady',
    level: 'warning',
    for: '15m',
    expr: `${missed(`outcome!="accepted",identity="agent"`)} / ${missed('identity="agent"')} > 0.1 unless ${failing('endpoint-answers', port)}`,
    summary: 'a port answers now and then: more than a tenth of the probes of half an hour failed',
  },
  {
    name: 'endpoint_unverified',
    level: 'warning',
    for: '30m',
    expr: `${worst('endpoint-answers', port)} == ${skipped}`,
    summary: 'nothing can be said of a port',
    checks: ['endpoint-answers'],
  },
  {
    name: 'caller_rejected',
    level: 'critical',
    for: '3m',
    expr: failing('caller-accepted', attempt),
    summary: 'a component would be refused by a port it calls',
    checks: ['caller-accepted'],
  },
  {
    name: 'peers_separated',
    level: 'critical',
    for: '5m',
    expr: failing('peers-reach-each-other', attempt),
    summary: 'a component says that it does not reach its peer',
    checks: ['peers-reach-each-other'],
  },
  {
    name: 'server_not_trusted',
    level: 'critical',
    for: '3m',
    expr: failing('server-verifies', attempt),
    summary: 'callers do not accept the certificate that a port serves',
    checks: ['server-verifies'],
  },
  {
    name: 'unauthorized_client_accepted',
    level: 'critical',
    for: '0s',
    expr: failing('rejects-unauthorized', attempt, ',identity!="plaintext"'),
    summary: 'a port lets in somebody whom its configuration refuses',
    checks: ['rejects-unauthorized'],
  },
  {
    name: 'plaintext_answered',
    level: 'critical',
    for: '0s',
    expr: failing('rejects-unauthorized', attempt, ',identity="plaintext"'),
    summary: 'a port answers in plaintext',
    checks: ['rejects-unauthorized'],
  },
  {
    name: 'certificate_not_asked',
    level: 'critical',
    for: '5m',
    expr: failing('requests-certificate', port),
    summary: 'a port asks nobody for a certificate, though its configuration has a list',
    checks: ['requests-certificate'],
  },
  {
    name: 'session_outlives_certificate',
    level: 'warning',
    for: '1h',
    expr: `${worst('resumption-rejected', port)} >= ${warned}`,
    summary: 'a caller whose certificate is taken away comes back by its session',
    checks: ['resumption-rejected'],
  },
  {
    name: 'served_certificate_not_on_disk',
    level: 'warning',
    for: '15m',
    expr: failing('served-matches-file', attempt),
    summary: 'a port serves another certificate than the one on disk',
    checks: ['served-matches-file'],
  },
];

function missed(labels: string): string {
  return `sum by (${port}) (increase(${definitions.probes.name}{${labels}}[30m]))`;
}
