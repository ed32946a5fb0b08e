import type { LintExample } from './example.js';
import { manifestExamples } from './manifest-examples.js';
import { nameExamples } from './name-examples.js';

/** By code. Files that an example needs beside it are left out. */
export const lintExamples: Readonly<Record<string, LintExample>> = {
  ...manifestExamples,
  ...nameExamples,
  'unknown-key': {
    file: 'pd.toml',
    text: 'client-urls = "https://h:1"\n[security]\nca-path = "a"\n',
    reported: 'pd.toml:3:1: error: PD does not know security.ca-path, so it counts as not set [unknown-key]',
    remediation: 'under [security] write cacert-path = …',
  },
  'incomplete-tls': {
    file: 'tikv.toml',
    text: '[server]\naddr = "h:1"\n[security]\nca-path = "a"\ncert-path = "b"\n',
    reported:
      'tikv.toml:4:11: error: TLS needs three keys, and key-path is not set: TiKV does not start [incomplete-tls]',
    remediation: 'under [security] add key-path = "…"',
  },
  'list-without-tls': {
    file: 'tidb.toml',
    text: '[security]\ncluster-verify-cn = ["tidb"]\n',
    reported:
      'tidb.toml:2:21: warning: cluster-verify-cn is set, but no certificates: TiDB serves plaintext [list-without-tls]',
    remediation: 'set cluster-ssl-ca, cluster-ssl-cert, cluster-ssl-key',
  },
  'empty-name': {
    file: 'tikv.toml',
    text: '[server]\naddr = "h:1"\n[security]\nca-path = "a"\ncert-path = "b"\nkey-path = "c"\ncert-allowed-cn = ["a", ""]\n',
    reported:
      'tikv.toml:7:19: error: an empty entry in cert-allowed-cn accepts certificates without a Common Name, and in TiKV builds of 2026 every certificate [empty-name]',
    remediation: 'write cert-allowed-cn = ["a"]',
  },
  'list-not-enforced': {
    file: 'pd.toml',
    text: 'client-urls = "https://h:1"\n[security]\ncacert-path = "a"\ncert-path = "b"\nkey-path = "c"\ncert-allowed-cn = ["pd"]\n',
    reported:
      'pd.toml:6:19: warning: cert-allowed-cn with one entry is not enforced on the PD client port: every certificate of the CA is accepted [list-not-enforced]',
    remediation: 'list at least 2 names in cert-allowed-cn (PD 8.4 or later)',
  },
  'list-too-long': {
    file: 'pd.toml',
    version: '8.3.0',
    text: 'client-urls = "https://h:1"\n[security]\ncacert-path = "a"\ncert-path = "b"\nkey-path = "c"\ncert-allowed-cn = ["a", "b"]\n',
    reported:
      'pd.toml:6:19: error: PD before 8.4.0 supports one name in cert-allowed-cn and does not start with 2 [list-too-long]',
    remediation: 'give every component the same Common Name and list that one, or upgrade first',
  },
  'own-name-missing': {
    file: 'pd.toml',
    text: 'client-urls = "https://h:1"\n[security]\ncacert-path = "a"\ncert-path = "pd.crt"\nkey-path = "c"\ncert-allowed-cn = ["a", "b"]\n',
    reported:
      'pd.toml:6:19: error: cert-allowed-cn lacks PD\'s Common Name "pd-of-ours": PD exits a few seconds after its start [own-name-missing]',
    remediation: 'write cert-allowed-cn = ["a", "b", "pd-of-ours"]',
  },
  'caller-missing': {
    file: 'tikv.toml',
    text: '[server]\naddr = "h:1"\n[security]\nca-path = "a"\ncert-path = "b"\nkey-path = "c"\ncert-allowed-cn = ["TiDB-Server", "PD-Server", "TiKV-Control", "RawKvClient1"]\n',
    reported:
      'tikv.toml:7:19: warning: cert-allowed-cn does not name tikv ("TiKV-Server"), which calls TiKV: Raft between stores stops [caller-missing]',
    remediation: 'write cert-allowed-cn = ["TiDB-Server", "PD-Server", "TiKV-Control", "RawKvClient1", "TiKV-Server"]',
  },
  'ca-name-in-list': {
    file: 'ticdc.toml',
    text: 'addr = "h:1"\n[security]\nca-path = "ca.crt"\ncert-path = "b"\nkey-path = "c"\ncert-allowed-cn = ["x", "Cluster CA"]\n',
    reported:
      'ticdc.toml:6:19: error: "Cluster CA" in cert-allowed-cn is the name of the CA: TiCDC accepts every certificate of that CA [ca-name-in-list]',
    remediation: 'remove "Cluster CA" from cert-allowed-cn',
  },
  'substring-name': {
    file: 'tikv.toml',
    version: '9.0.0',
    text: '[server]\naddr = "h:1"\n[security]\nca-path = "a"\ncert-path = "b"\nkey-path = "c"\ncert-allowed-cn = ["shared"]\n',
    reported:
      'tikv.toml:7:19: warning: TiKV builds since July 2026 accept every name that contains an entry of cert-allowed-cn: "shared" also accepts "not-shared" [substring-name]',
    remediation: "use Common Names that are not part of another certificate's Common Name",
  },
  'plaintext-url': {
    file: 'pd.toml',
    text: 'client-urls = "http://h:1"\n[security]\ncacert-path = "a"\ncert-path = "b"\nkey-path = "c"\n',
    reported:
      'pd.toml:1:15: error: client-urls is http although certificates are set: PD serves plaintext, unless a flag overrides it [plaintext-url]',
    remediation: 'write client-urls = "https://h:1"',
  },
  'mixed-schemes': {
    file: 'pd.toml',
    text: 'client-urls = "https://h:1,http://h:1"\n',
    reported:
      'pd.toml:1:15: error: client-urls has https and http: the plaintext URL accepts every client [mixed-schemes]',
    remediation: 'write client-urls = "https://h:1,https://h:1"',
  },
  'callers-not-authenticated': {
    file: 'tidb.toml',
    text: '[security]\ncluster-ssl-ca = "a"\ncluster-ssl-cert = "b"\ncluster-ssl-key = "c"\n',
    reported:
      'tidb.toml:2:18: note: without cluster-verify-cn the TiDB status port (10080) requests no client certificate [callers-not-authenticated]',
    remediation: 'set cluster-verify-cn to the names of its callers',
  },
  'learner-disagrees': {
    file: 'tiflash.toml',
    text: '[flash.proxy]\nconfig = "learner.toml"\n[security]\nca_path = "a"\ncert_path = "b"\nkey_path = "c"\ncert_allowed_cn = ["shared"]\n',
    reported:
      'tiflash.toml:4:11: error: TLS is on here and off in learner.toml: one half of TiFlash serves plaintext [learner-disagrees]',
    remediation: 'set the three paths in both files',
  },
  'metrics-plaintext': {
    file: 'tiflash.toml',
    text: '[flash]\nservice_addr = "h:1"\n[status]\ndisable_metrics_tls = true\n[security]\nca_path = "a"\ncert_path = "b"\nkey_path = "c"\n',
    reported:
      'tiflash.toml:4:23: warning: disable_metrics_tls makes the TiFlash metrics port serve plaintext [metrics-plaintext]',
    remediation: 'under [status] write disable_metrics_tls = false, and give Prometheus a certificate',
  },
  'empty-paths': {
    file: 'tiflash.toml',
    version: '7.5.2',
    text: '[flash]\nservice_addr = "h:1"\n[security]\nca_path = ""\n',
    reported:
      'tiflash.toml:4:11: error: TiFlash before 6.5.11, 7.1.6, 7.5.3, 8.1.1 reads an empty path as TLS and does not start [empty-paths]',
    remediation: 'remove ca_path, cert_path, key_path',
  },
  'https-port-missing': {
    file: 'tiflash.toml',
    version: '6.5.0',
    text: '[flash]\nservice_addr = "h:1"\n[security]\nca_path = "a"\ncert_path = "b"\nkey_path = "c"\n',
    reported:
      'tiflash.toml:4:11: error: TiFlash before 7.1 does not start with TLS and without https_port [https-port-missing]',
    remediation: 'at the top of the file write https_port = 8123',
  },
  'tiproxy-api-plaintext': {
    file: 'tiproxy.toml',
    text: '[security.cluster-tls]\nca = "a"\ncert = "b"\nkey = "c"\n',
    reported:
      'tiproxy.toml:2:6: warning: cluster-tls is set, but server-http-tls is not: the TiProxy API port (3080) stays plaintext [tiproxy-api-plaintext]',
    remediation: 'add [security.server-http-tls] with ca, cert and key',
  },
  'list-without-ca': {
    file: 'tiproxy.toml',
    text: '[security.server-http-tls]\ncert = "b"\nkey = "c"\ncert-allowed-cn = ["x"]\n',
    reported:
      'tiproxy.toml:4:19: error: without ca, TiProxy ignores cert-allowed-cn and accepts every client [list-without-ca]',
    remediation: 'under [security.server-http-tls] write ca = "…"',
  },
  'ticdc-users': {
    file: 'ticdc.toml',
    text: 'addr = "h:1"\n[security]\nclient-user-required = true\n',
    reported:
      'ticdc.toml:3:24: error: client-user-required without client-allowed-user: TiCDC does not start [ticdc-users]',
    remediation: 'under [security] write client-allowed-user = ["…"]',
  },
  'tls-keys-without-enable-tls': {
    file: 'topology.yaml',
    text: 'server_configs:\n  tikv:\n    security.ca-path: /a/ca.crt\ntikv_servers:\n  - host: h\n',
    reported:
      'topology.yaml:3:5: warning: security.ca-path is set, but enable_tls is not: TiUP starts the components with http URLs [tls-keys-without-enable-tls]',
    remediation: 'under global write enable_tls: true, and leave the paths to TiUP',
  },
  'tls-path-overwritten': {
    file: 'topology.yaml',
    text: 'global:\n  enable_tls: true\nserver_configs:\n  pd:\n    security:\n      cert-path: /a/pd.crt\npd_servers:\n  - host: h\n',
    reported:
      'topology.yaml:6:7: warning: security.cert-path is set here, but with enable_tls TiUP writes its own path tls/pd.crt and its siblings over it [tls-path-overwritten]',
    remediation: 'remove cert-path from the topology',
  },
  'old-tls-switch': {
    file: 'cluster.yaml',
    text: 'apiVersion: pingcap.com/v1alpha1\nkind: TidbCluster\nspec:\n  enableTLSCluster: true\n',
    reported:
      'cluster.yaml:4:3: error: tidb-operator since 1.1 ignores enableTLSCluster: the cluster is plaintext [old-tls-switch]',
    remediation: 'under spec write tlsCluster: {enabled: true}',
  },
  'operator-takes-one-name': {
    file: 'cluster.yaml',
    text: 'apiVersion: pingcap.com/v1alpha1\nkind: TidbCluster\nspec:\n  version: v8.5.0\n  tlsCluster: {enabled: true}\n  pd:\n    config:\n      security:\n        cert-allowed-cn: [a, b]\n',
    reported:
      "cluster.yaml:9:26: error: tidb-operator 1.x rejects a TidbCluster with several names in PD's cert-allowed-cn [operator-takes-one-name]",
    remediation: 'give every component the same Common Name and list that one, or use tidb-operator 2',
  },
  'client-secret-without-tls': {
    file: 'cluster.yaml',
    text: 'apiVersion: pingcap.com/v1alpha1\nkind: TidbCluster\nspec:\n  pd:\n    mountClusterClientSecret: true\n',
    reported:
      'cluster.yaml:5:5: note: mountClusterClientSecret has no effect without tlsCluster [client-secret-without-tls]',
    remediation: 'remove it, or enable tlsCluster',
  },
  'compose-plaintext-url': {
    file: 'docker-compose.yml',
    text: 'services:\n  pd0:\n    image: pingcap/pd:latest\n    volumes:\n      - ./cert:/cert\n    command:\n      - --client-urls=http://0.0.0.0:2379\n',
    reported:
      'docker-compose.yml:7:9: warning: certificates are mounted, but the flags of PD have http URLs, which override its file: it serves plaintext [compose-plaintext-url]',
    remediation: 'write --client-urls=https://0.0.0.0:2379, and https in every URL of PD',
  },
  'toml-syntax': {
    file: 'tikv.toml',
    text: '[security\n',
    reported: 'tikv.toml:2:1: error: Unterminated table-key [toml-syntax]',
    remediation: 'fix the syntax; no component starts with this file',
  },
  'yaml-syntax': {
    file: 'topology.yaml',
    text: 'global: [\n',
    reported:
      'topology.yaml:2:1: error: Flow sequence in block collection must be sufficiently indented and end with a ] [yaml-syntax]',
    remediation: 'fix the YAML; indentation must not vary in a list',
  },
  'other-program': {
    file: 'drainer.toml',
    text: 'addr = "h:8249"\n[security]\nssl-ca = "ca.pem"\n',
    reported:
      'drainer.toml:1:1: note: this is a file of Drainer, which is no component of the cluster, so it is not read [other-program]',
    remediation:
      'leave it out of the files that the agent reads; declare the certificate that it presents with [[client]]',
  },
  'no-host': {
    file: 'topology.yaml',
    text: 'tikv_servers:\n  - port: 20160\n',
    reported: 'topology.yaml:2:5: error: an instance of tikv_servers has no host [no-host]',
    remediation: 'add host: …',
  },
  'second-file-absent': {
    file: 'tiflash.toml',
    text: '[flash.proxy]\nconfig = "learner.toml"\n[security]\nca_path = "a"\ncert_path = "b"\nkey_path = "c"\n',
    reported:
      'tiflash.toml:2:10: note: learner.toml does not exist here, so the two files were not compared [second-file-absent]',
    remediation: 'run this on the host that has both files',
  },
};
