import type { LintExample } from './example.js';

/** The examples of what is reported of names and files that are nearly right, by code. */
export const nameExamples: Readonly<Record<string, LintExample>> = {
  'name-case': {
    file: 'topology.yaml',
    text: 'global: {enable_tls: true}\nserver_configs:\n  tikv: {security.cert-allowed-cn: [TiDB, pd]}\ntikv_servers: [{host: h}]\n',
    reported:
      'topology.yaml:3:36: error: ["TiDB"] in cert-allowed-cn match no certificate of TiUP, whose names are ["tidb"]: names are compared with their case [name-case]',
    remediation: 'write cert-allowed-cn = ["tidb", "pd"]',
  },
  'mysql-tls-only': {
    file: 'tidb.toml',
    text: '[security]\nssl-cert = "server.pem"\nssl-key = "server-key.pem"\n',
    reported:
      'tidb.toml:2:12: note: ssl-ca, ssl-cert and ssl-key are for MySQL clients on port 4000; between components TiDB has no TLS in this file [mysql-tls-only]',
    remediation: 'for TLS between components set cluster-ssl-ca, cluster-ssl-cert and cluster-ssl-key, too',
  },
  'near-file': {
    file: 'tikv.toml',
    text: '[security]\nca-path = "ca.crt"\ncert-path = "tikv.crt"\nkey-path = "tikv.pem"\n',
    reported: 'tikv.toml:3:13: warning: tikv.crt does not exist; tikv.cert does in the same folder [near-file]',
    remediation: 'name tikv.cert there, or rename that file',
  },
};
