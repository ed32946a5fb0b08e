import { nameExamples } from '../../../cluster/lint/name-examples.js';
import { type LintCase, tidbPaths } from '../lint-case.js';

/** Texts that nearly trigger the rules on names and files that are nearly right. */
const near: Readonly<Record<string, string>> = {
  'name-case':
    'global: {enable_tls: true}\nserver_configs:\n  tikv: {security.cert-allowed-cn: [tidb, My-Client]}\ntikv_servers: [{host: h}]\n',
  'mysql-tls-only': `[security]\nssl-cert = "a"\nssl-key = "b"\n${tidbPaths}`,
  'near-file': '[security]\nca-path = "tikv.cert"\ncert-path = "tikv.cert"\nkey-path = "/nowhere/tikv.pem"\n',
};

const topology = (list: string, rest: string) =>
  `global: {enable_tls: true}\nserver_configs:\n  tidb: {security.cluster-verify-cn: ${list}}\ntidb_servers: [{host: h}]\n${rest}`;

export const nearlyRightCases: readonly LintCase[] = [
  ...Object.entries(nameExamples).map(([code, { file, text, reported, remediation }]) => ({
    code,
    file,
    text,
    line: reported,
    remediation,
    near: near[code] ?? '',
    beside: code === 'near-file' ? { 'tikv.cert': '', 'ca.crt': '', 'tikv.pem': '' } : {},
  })),
  {
    code: 'mysql-tls-only',
    file: 'tidb.toml',
    text: '[security]\nssl-ca = "a"\ncluster-verify-cn = ["tidb"]\n',
    line: 'tidb.toml:2:10: warning: ssl-ca, ssl-cert and ssl-key are for MySQL clients on port 4000: cluster-verify-cn needs cluster-ssl-ca, cluster-ssl-cert and cluster-ssl-key [mysql-tls-only]',
    remediation: 'set cluster-ssl-ca, cluster-ssl-cert and cluster-ssl-key',
    near: '[security]\nssl-ca = ""\ncluster-verify-cn = ["tidb"]\n',
  },
  {
    code: 'caller-missing',
    file: 'topology.yaml',
    text: topology('[tidb, pd, tiproxy, prometheus, CLUSTER-client]', 'monitoring_servers: [{host: h}]\n'),
    line: 'topology.yaml:3:38: warning: cluster-verify-cn does not name blackbox-exporter ("blackbox_exporter"), which calls TiDB: TiUP\'s monitoring reports the port as down [caller-missing]',
    remediation:
      'write cluster-verify-cn = ["tidb", "pd", "tiproxy", "prometheus", "CLUSTER-client", "blackbox_exporter"]',
    near: topology(
      '[tidb, pd, prometheus, blackbox_exporter, CLUSTER-client]',
      'monitoring_servers: [{host: h}]\npd_servers: [{host: h}]\n',
    ),
  },
  {
    code: 'caller-missing',
    file: 'topology.yaml',
    text: topology('[tidb, pd, a-client]', 'tiproxy_servers: [{host: h}]\n'),
    line: 'topology.yaml:3:38: warning: cluster-verify-cn does not name tiproxy ("tiproxy"), which calls TiDB: TiProxy reports TiDB as down and serves no SQL [caller-missing]',
    remediation: 'write cluster-verify-cn = ["tidb", "pd", "a-client", "tiproxy"]',
    near: topology('[tidb, pd, a-client, tiproxy]', 'tiproxy_servers: [{host: h}]\n'),
  },
  {
    code: 'caller-missing',
    file: 'topology.yaml',
    text: topology('[TiDB, PD]', ''),
    line: 'topology.yaml:3:38: warning: cluster-verify-cn does not name tiup ("CLUSTER-client"), which calls TiDB: tiup cluster display shows it as down [caller-missing]',
    remediation: 'write cluster-verify-cn = ["tidb", "pd", "CLUSTER-client"]',
    near: topology('[tidb, pd, prod-client]', ''),
  },
];
