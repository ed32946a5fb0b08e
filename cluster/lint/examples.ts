/** A file that triggers a lint rule, and what is said of it: the rule's own words, shown by `--explain`. */
export interface LintExample {
  readonly file: string;
  /** The release of the cluster that it is for, where that matters. */
  readonly version?: string;
  readonly text: string;
  readonly says: string;
  readonly remediation: string;
}

/** By code. Those that need other files beside them are told without these. */
export const lintExamples: Readonly<Record<string, LintExample>> = {
  'unknown-key': {
    file: 'pd.toml',
    text: 'client-urls = "https://h:1"\n[security]\nca-path = "a"\n',
    says: 'pd.toml:3:1: error: PD does not know security.ca-path, so it counts as not set [unknown-key]',
    remediation: 'under [security] write cacert-path = …',
  },
  'incomplete-tls': {
    file: 'tikv.toml',
    text: '[server]\naddr = "h:1"\n[security]\nca-path = "a"\ncert-path = "b"\n',
    says: 'tikv.toml:4:11: error: TLS needs three keys, and key-path is not set: TiKV does not start [incomplete-tls]',
    remediation: 'under [security] add key-path = "…"',
  },
  'list-without-tls': {
    file: 'tidb.toml',
    text: '[security]\ncluster-verify-cn = ["tidb"]\n',
    says: 'tidb.toml:2:21: warning: cluster-verify-cn is set, but no certificates: TiDB serves plaintext [list-without-tls]',
    remediation: 'set cluster-ssl-ca, cluster-ssl-cert, cluster-ssl-key',
  },
  'empty-name': {
    file: 'tikv.toml',
    text: '[server]\naddr = "h:1"\n[security]\nca-path = "a"\ncert-path = "b"\nkey-path = "c"\ncert-allowed-cn = ["a", ""]\n',
    says: 'tikv.toml:7:19: error: an empty entry in cert-allowed-cn admits certificates without a Common Name, and in TiKV builds of 2026 everybody [empty-name]',
    remediation: 'write cert-allowed-cn = ["a"]',
  },
  'list-not-enforced': {
    file: 'pd.toml',
    text: 'client-urls = "https://h:1"\n[security]\ncacert-path = "a"\ncert-path = "b"\nkey-path = "c"\ncert-allowed-cn = ["pd"]\n',
    says: 'pd.toml:6:19: warning: cert-allowed-cn with one entry is not enforced on the PD client port: any certificate of the CA is let in [list-not-enforced]',
    remediation: 'list at least 2 names in cert-allowed-cn (PD 8.4 or later)',
  },
  'list-too-long': {
    file: 'pd.toml',
    version: '8.3.0',
    text: 'client-urls = "https://h:1"\n[security]\ncacert-path = "a"\ncert-path = "b"\nkey-path = "c"\ncert-allowed-cn = ["a", "b"]\n',
    says: 'pd.toml:6:19: error: PD before 8.4.0 takes one name in cert-allowed-cn and does not start with 2 [list-too-long]',
    remediation: 'give every component the same Common Name and list that one, or upgrade first',
  },
  'own-name-missing': {
    file: 'pd.toml',
    text: 'client-urls = "https://h:1"\n[security]\ncacert-path = "a"\ncert-path = "pd.crt"\nkey-path = "c"\ncert-allowed-cn = ["a", "b"]\n',
    says: 'pd.toml:6:19: error: cert-allowed-cn lacks PD\'s own Common Name "pd-of-ours": PD ends a few seconds after its start [own-name-missing]',
    remediation: 'write cert-allowed-cn = ["a", "b", "pd-of-ours"]',
  },
  'caller-missing': {
    file: 'tikv.toml',
    text: '[server]\naddr = "h:1"\n[security]\nca-path = "a"\ncert-path = "b"\nkey-path = "c"\ncert-allowed-cn = ["TiDB-Server", "PD-Server", "TiKV-Control", "RawKvClient1"]\n',
    says: 'tikv.toml:7:19: warning: cert-allowed-cn does not name tikv ("TiKV-Server"), which calls TiKV: Raft between stores stops [caller-missing]',
    remediation: 'write cert-allowed-cn = ["TiDB-Server", "PD-Server", "TiKV-Control", "RawKvClient1", "TiKV-Server"]',
  },
  'ca-name-in-list': {
    file: 'ticdc.toml',
    text: 'addr = "h:1"\n[security]\nca-path = "ca.crt"\ncert-path = "b"\nkey-path = "c"\ncert-allowed-cn = ["x", "Cluster CA"]\n',
    says: 'ticdc.toml:6:19: error: "Cluster CA" in cert-allowed-cn is the name of the CA: TiCDC lets in every certificate of that CA [ca-name-in-list]',
    remediation: 'take "Cluster CA" out of cert-allowed-cn',
  },
  'substring-name': {
    file: 'tikv.toml',
    version: '9.0.0',
    text: '[server]\naddr = "h:1"\n[security]\nca-path = "a"\ncert-path = "b"\nkey-path = "c"\ncert-allowed-cn = ["shared"]\n',
    says: 'tikv.toml:7:19: warning: TiKV builds since July 2026 admit every name that contains an entry of cert-allowed-cn: "shared" admits "not-shared" too [substring-name]',
    remediation: 'use Common Names that no other certificate of this CA contains',
  },
  'plaintext-url': {
    file: 'pd.toml',
    text: 'client-urls = "http://h:1"\n[security]\ncacert-path = "a"\ncert-path = "b"\nkey-path = "c"\n',
    says: 'pd.toml:1:15: error: client-urls is http although certificates are set: PD serves plaintext, unless a flag overrides it [plaintext-url]',
    remediation: 'write client-urls = "https://h:1"',
  },
  'mixed-schemes': {
    file: 'pd.toml',
    text: 'client-urls = "https://h:1,http://h:1"\n',
    says: 'pd.toml:1:15: error: client-urls has https and http: the plaintext URL lets anybody in [mixed-schemes]',
    remediation: 'write client-urls = "https://h:1,https://h:1"',
  },
  'callers-not-authenticated': {
    file: 'tidb.toml',
    text: '[security]\ncluster-ssl-ca = "a"\ncluster-ssl-cert = "b"\ncluster-ssl-key = "c"\n',
    says: 'tidb.toml:2:18: note: without cluster-verify-cn the TiDB status port (10080) asks callers for no certificate [callers-not-authenticated]',
    remediation: 'set cluster-verify-cn to the names of those who call it',
  },
  'learner-disagrees': {
    file: 'tiflash.toml',
    text: '[flash.proxy]\nconfig = "learner.toml"\n[security]\nca_path = "a"\ncert_path = "b"\nkey_path = "c"\ncert_allowed_cn = ["shared"]\n',
    says: 'tiflash.toml:4:11: error: TLS is on here and off in learner.toml: one half of TiFlash speaks plaintext [learner-disagrees]',
    remediation: 'set the three paths in both files',
  },
  'metrics-plaintext': {
    file: 'tiflash.toml',
    text: '[flash]\nservice_addr = "h:1"\n[status]\ndisable_metrics_tls = true\n[security]\nca_path = "a"\ncert_path = "b"\nkey_path = "c"\n',
    says: 'tiflash.toml:4:23: warning: disable_metrics_tls puts the TiFlash metrics port back to plaintext for anybody [metrics-plaintext]',
    remediation: 'under [status] write disable_metrics_tls = false, and give Prometheus a certificate',
  },
  'empty-paths': {
    file: 'tiflash.toml',
    version: '7.5.2',
    text: '[flash]\nservice_addr = "h:1"\n[security]\nca_path = ""\n',
    says: 'tiflash.toml:4:11: error: TiFlash before 6.5.11, 7.1.6, 7.5.3, 8.1.1 takes an empty path for TLS and does not start [empty-paths]',
    remediation: 'leave ca_path, cert_path, key_path out',
  },
  'https-port-missing': {
    file: 'tiflash.toml',
    version: '6.5.0',
    text: '[flash]\nservice_addr = "h:1"\n[security]\nca_path = "a"\ncert_path = "b"\nkey_path = "c"\n',
    says: 'tiflash.toml:4:11: error: TiFlash before 7.1 does not start with TLS but without https_port [https-port-missing]',
    remediation: 'at the top of the file write https_port = 8123',
  },
  'tiproxy-api-plaintext': {
    file: 'tiproxy.toml',
    text: '[security.cluster-tls]\nca = "a"\ncert = "b"\nkey = "c"\n',
    says: 'tiproxy.toml:2:6: warning: cluster-tls is set, but server-http-tls is not: the TiProxy API port (3080) stays plaintext [tiproxy-api-plaintext]',
    remediation: 'add [security.server-http-tls] with ca, cert and key',
  },
  'list-without-ca': {
    file: 'tiproxy.toml',
    text: '[security.server-http-tls]\ncert = "b"\nkey = "c"\ncert-allowed-cn = ["x"]\n',
    says: 'tiproxy.toml:4:19: error: without ca, TiProxy ignores cert-allowed-cn and lets everybody in [list-without-ca]',
    remediation: 'under [security.server-http-tls] write ca = "…"',
  },
  'ticdc-users': {
    file: 'ticdc.toml',
    text: 'addr = "h:1"\n[security]\nclient-user-required = true\n',
    says: 'ticdc.toml:3:24: error: client-user-required without client-allowed-user: TiCDC does not start [ticdc-users]',
    remediation: 'under [security] write client-allowed-user = ["…"]',
  },
  'tls-keys-without-enable-tls': {
    file: 'topology.yaml',
    text: 'server_configs:\n  tikv:\n    security.ca-path: /a/ca.crt\ntikv_servers:\n  - host: h\n',
    says: 'topology.yaml:3:5: warning: security.ca-path is set, but enable_tls is not: TiUP starts the components with http URLs [tls-keys-without-enable-tls]',
    remediation: 'under global write enable_tls: true, and leave the paths to TiUP',
  },
  'tls-path-overwritten': {
    file: 'topology.yaml',
    text: 'global:\n  enable_tls: true\nserver_configs:\n  pd:\n    security:\n      cert-path: /a/pd.crt\npd_servers:\n  - host: h\n',
    says: 'topology.yaml:6:7: warning: security.cert-path is set here, but with enable_tls TiUP writes its own path tls/pd.crt and its siblings over it [tls-path-overwritten]',
    remediation: 'take cert-path out of the topology',
  },
  'old-tls-switch': {
    file: 'cluster.yaml',
    text: 'apiVersion: pingcap.com/v1alpha1\nkind: TidbCluster\nspec:\n  enableTLSCluster: true\n',
    says: 'cluster.yaml:4:3: error: tidb-operator since 1.1 does not know enableTLSCluster: the cluster is plaintext [old-tls-switch]',
    remediation: 'under spec write tlsCluster: {enabled: true}',
  },
  'operator-takes-one-name': {
    file: 'cluster.yaml',
    text: 'apiVersion: pingcap.com/v1alpha1\nkind: TidbCluster\nspec:\n  version: v8.5.0\n  tlsCluster: {enabled: true}\n  pd:\n    config:\n      security:\n        cert-allowed-cn: [a, b]\n',
    says: "cluster.yaml:9:26: error: tidb-operator 1.x refuses a TidbCluster with several names in PD's cert-allowed-cn [operator-takes-one-name]",
    remediation: 'give every component the same Common Name and list that one, or use tidb-operator 2',
  },
  'client-secret-without-tls': {
    file: 'cluster.yaml',
    text: 'apiVersion: pingcap.com/v1alpha1\nkind: TidbCluster\nspec:\n  pd:\n    mountClusterClientSecret: true\n',
    says: 'cluster.yaml:5:5: note: mountClusterClientSecret has no effect without tlsCluster [client-secret-without-tls]',
    remediation: 'take it out, or enable tlsCluster',
  },
  'compose-plaintext-url': {
    file: 'docker-compose.yml',
    text: 'services:\n  pd0:\n    image: pingcap/pd:latest\n    volumes:\n      - ./cert:/cert\n    command:\n      - --client-urls=http://0.0.0.0:2379\n',
    says: 'docker-compose.yml:7:9: warning: certificates are mounted, but PD is started with http URLs, which beat its file: it serves plaintext [compose-plaintext-url]',
    remediation: 'write --client-urls=https://0.0.0.0:2379, and so in every URL of PD',
  },
  'toml-syntax': {
    file: 'tikv.toml',
    text: '[security\n',
    says: 'tikv.toml:2:1: error: Unterminated table-key [toml-syntax]',
    remediation: 'mend the syntax; nobody starts with it',
  },
  'yaml-syntax': {
    file: 'topology.yaml',
    text: 'global: [\n',
    says: 'topology.yaml:2:1: error: Flow sequence in block collection must be sufficiently indented and end with a ] [yaml-syntax]',
    remediation: 'mend the YAML; indentation must not vary in a list',
  },
  'no-host': {
    file: 'topology.yaml',
    text: 'tikv_servers:\n  - port: 20160\n',
    says: 'topology.yaml:2:5: error: an instance of tikv_servers has no host [no-host]',
    remediation: 'add host: …',
  },
  'second-file-absent': {
    file: 'tiflash.toml',
    text: '[flash.proxy]\nconfig = "learner.toml"\n[security]\nca_path = "a"\ncert_path = "b"\nkey_path = "c"\n',
    says: 'tiflash.toml:2:10: note: learner.toml does not exist here, so the two files were not compared [second-file-absent]',
    remediation: 'run this on the node that has both files',
  },
};
