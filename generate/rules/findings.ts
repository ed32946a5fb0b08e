import { definitions } from '../../metrics/definitions.js';
import { type Alert, attempt, cluster, file, least, most, port } from './alert.js';

const finding = definitions.findingStatus.name;
const caNotAfter = definitions.caNotAfter.name;
const caKey = 'subject, key_fingerprint';

/** The value of `tidb_mtls_finding` for a failed check. */
export const failed = 3;
const warned = 2;
const inconclusive = 1;

/** The worst status of a check for each value of `labels`. */
export function worst(check: string, labels: string, more = ''): string {
  return most(labels, `${finding}{check="${check}"${more}}`);
}

function failing(check: string, labels: string, more = ''): string {
  return `${worst(check, labels, more)} == ${failed}`;
}

/** Faults in files. They are known before a client connects. */
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
    summary: 'a credential file that makes the running component exit when it reads it',
    checks: ['file-safe'],
  },
  {
    name: 'key_pair_mismatched',
    level: 'critical',
    for: '2m',
    expr: `${least(file, definitions.keyPairMatched.name)} == 0`,
    summary: 'the key on disk does not match the certificate on disk',
    checks: ['key-matches-certificate'],
  },
  {
    name: 'certificate_not_trusted',
    level: 'critical',
    for: '5m',
    expr: failing('verifies-under-ca', file),
    summary: 'a certificate on disk does not verify with the CA file of its component',
    checks: ['verifies-under-ca'],
  },
  {
    name: 'key_usage_missing',
    level: 'critical',
    for: '5m',
    expr: failing('key-usages', file),
    summary: 'a certificate lacks the extended key usage of a server or of a client',
    checks: ['key-usages'],
  },
  {
    name: 'name_missing',
    level: 'critical',
    for: '5m',
    expr: `${most(file, `${finding}{check=~"names-cover-addresses|names-cover-source"}`)} == ${failed}`,
    summary: 'a certificate is not valid for an address that its component advertises or calls from',
    checks: ['names-cover-addresses', 'names-cover-source'],
  },
  {
    name: 'restart_would_fail',
    level: 'critical',
    for: '5m',
    expr: failing('survives-restart', file),
    summary: 'a component would fail to start with its current files',
    checks: ['survives-restart'],
  },
  {
    name: 'ca_changed_not_loaded',
    level: 'warning',
    for: '5m',
    expr: `${most(file, `${finding}{check=~"ca-unchanged|trusts-ca-on-disk"}`)} >= ${warned}`,
    summary: 'the CA file changed, and the running process still trusts the old CA',
    checks: ['ca-unchanged', 'trusts-ca-on-disk'],
  },
  // By key: two CAs may have one name, and a CA renewed with its key verifies what the former certificate did. A CA that
  // no certificate in the cluster verifies by, such as those of a system's bundle, separates nothing.
  {
    name: 'ca_files_differ',
    level: 'warning',
    for: '1h',
    expr: `${counted(cluster, file)} > on (${cluster}) group_right () (${counted(`${cluster}, ${caKey}`, `${file}, ${caKey}`)} and on (${cluster}, ${caKey}) ${caNotAfter}{in_use="true",component!="agent"})`,
    summary: 'a CA that certificates verify by is in the CA files of some components and not of others',
  },
];

/** The number of components for each value of `labels`. Each counts once, however many agents report it. */
function counted(labels: string, each: string): string {
  return `count by (${labels}) (count by (${each}) (${caNotAfter}{component!="agent"}))`;
}

/** Faults in settings and allow-lists. They take effect at the next restart. */
export const settingAlerts: readonly Alert[] = [
  {
    name: 'configuration_unusable',
    level: 'warning',
    for: '15m',
    expr: failing('configuration', file),
    summary: "a component's configuration cannot be read or is invalid",
    checks: ['configuration'],
  },
  {
    name: 'sources_disagree',
    level: 'warning',
    for: '15m',
    expr: failing('sources-agree', file),
    summary: 'configuration file, topology, command line and PD disagree about a component',
    checks: ['sources-agree'],
  },
  {
    name: 'tls_not_configured',
    level: 'critical',
    for: '5m',
    expr: failing('tls-configured', file),
    summary: 'a component has only some of its TLS settings',
    checks: ['tls-configured'],
  },
  {
    name: 'caller_not_listed',
    level: 'warning',
    for: '15m',
    expr: failing('caller-in-allow-list', attempt),
    summary: 'an allow-list lacks the name of a component that calls the port',
    checks: ['caller-in-allow-list'],
  },
  {
    name: 'own_name_not_in_list',
    level: 'critical',
    for: '5m',
    expr: failing('own-name-in-list', file),
    summary: 'PD is not in its own allow-list and would exit after its next start',
    checks: ['own-name-in-list'],
  },
];

/** Faults that probes find at ports. */
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
    name: 'endpoint_flapping',
    level: 'warning',
    for: '15m',
    expr: `${missed(`outcome!="accepted",identity="agent"`)} / ${missed('identity="agent"')} > 0.1 unless ${failing('endpoint-answers', port)}`,
    summary: 'a port is up, but more than 10 % of the probes of the last 30 minutes failed',
  },
  {
    name: 'endpoint_unverified',
    level: 'warning',
    for: '30m',
    expr: `${worst('endpoint-answers', port)} == ${inconclusive}`,
    summary: 'the result for a port is inconclusive',
    checks: ['endpoint-answers'],
  },
  {
    name: 'caller_rejected',
    level: 'critical',
    for: '3m',
    expr: failing('caller-accepted', attempt),
    summary: 'a port rejects a component that calls it',
    checks: ['caller-accepted'],
  },
  {
    name: 'peers_separated',
    level: 'critical',
    for: '5m',
    expr: failing('peers-reach-each-other', attempt),
    summary: 'a component reports that it cannot reach its peer',
    checks: ['peers-reach-each-other'],
  },
  {
    name: 'server_not_trusted',
    level: 'critical',
    for: '3m',
    expr: failing('server-verifies', attempt),
    summary: 'callers reject the certificate that a port serves',
    checks: ['server-verifies'],
  },
  {
    name: 'unauthorized_client_accepted',
    level: 'critical',
    for: '0s',
    expr: failing('rejects-unauthorized', attempt, ',identity!="plaintext"'),
    summary: 'a port accepts a client that its configuration does not authorize',
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
    name: 'certificate_not_requested',
    level: 'critical',
    for: '5m',
    expr: failing('requests-certificate', port),
    summary: 'a port requests no client certificate, although its configuration has an allow-list',
    checks: ['requests-certificate'],
  },
  {
    name: 'session_outlives_certificate',
    level: 'warning',
    for: '1h',
    expr: `${worst('resumption-rejected', port)} >= ${warned}`,
    summary: 'a client without a certificate is accepted by session resumption',
    checks: ['resumption-rejected'],
  },
  {
    name: 'served_certificate_not_on_disk',
    level: 'warning',
    for: '15m',
    expr: failing('served-matches-file', attempt),
    summary: 'a port serves a certificate other than the one on disk',
    checks: ['served-matches-file'],
  },
];

function missed(labels: string): string {
  return `sum by (${port}) (increase(${definitions.probes.name}{${labels}}[30m]))`;
}
