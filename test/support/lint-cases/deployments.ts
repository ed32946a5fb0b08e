import type { LintCase } from '../lint-case.js';

export const deploymentCases: readonly LintCase[] = [
  {
    code: 'tls-keys-without-enable-tls',
    file: 'topology.yaml',
    text: 'server_configs:\n  tikv:\n    security.ca-path: /a/ca.crt\ntikv_servers:\n  - host: h\n',
    line: 'topology.yaml:3:5: warning: security.ca-path is set, but enable_tls is not: TiUP starts the components with http URLs [tls-keys-without-enable-tls]',
    remediation: 'under global write enable_tls: true, and leave the paths to TiUP',
    near: 'global:\n  enable_tls: false\ntikv_servers:\n  - host: h\n',
  },
  {
    code: 'tls-path-overwritten',
    file: 'topology.yaml',
    text: 'global:\n  enable_tls: true\nserver_configs:\n  pd:\n    security:\n      cert-path: /a/pd.crt\npd_servers:\n  - host: h\n',
    line: 'topology.yaml:6:7: warning: security.cert-path is set here, but with enable_tls TiUP writes its own path tls/pd.crt and its siblings over it [tls-path-overwritten]',
    remediation: 'remove cert-path from the topology',
    // What TiUP itself writes into meta.yaml.
    near: 'topology:\n  global:\n    enable_tls: true\n    deploy_dir: /tidb-deploy\n  pd_servers:\n    - host: h\n      config:\n        security.cert-path: /tidb-deploy/pd-2379/tls/pd.crt\n',
  },
  {
    code: 'old-tls-switch',
    file: 'cluster.yaml',
    text: 'apiVersion: pingcap.com/v1alpha1\nkind: TidbCluster\nspec:\n  enableTLSCluster: true\n',
    line: 'cluster.yaml:4:3: error: tidb-operator since 1.1 ignores enableTLSCluster: the cluster is plaintext [old-tls-switch]',
    remediation: 'under spec write tlsCluster: {enabled: true}',
    near: 'apiVersion: pingcap.com/v1alpha1\nkind: TidbCluster\nspec:\n  tlsCluster:\n    enabled: true\n',
  },
  {
    code: 'operator-takes-one-name',
    file: 'cluster.yaml',
    text: 'apiVersion: pingcap.com/v1alpha1\nkind: TidbCluster\nspec:\n  version: v8.5.0\n  tlsCluster: {enabled: true}\n  pd:\n    config:\n      security:\n        cert-allowed-cn: [a, b]\n',
    line: "cluster.yaml:9:26: error: tidb-operator 1.x rejects a TidbCluster with several names in PD's cert-allowed-cn [operator-takes-one-name]",
    remediation: 'give every component the same Common Name and list that one, or use tidb-operator 2',
    near: 'apiVersion: pingcap.com/v1alpha1\nkind: TidbCluster\nspec:\n  version: v8.5.0\n  pd:\n    config:\n      security:\n        cert-allowed-cn: [a]\n',
  },
  {
    code: 'client-secret-without-tls',
    file: 'cluster.yaml',
    text: 'apiVersion: pingcap.com/v1alpha1\nkind: TidbCluster\nspec:\n  pd:\n    mountClusterClientSecret: true\n',
    line: 'cluster.yaml:5:5: note: mountClusterClientSecret has no effect without tlsCluster [client-secret-without-tls]',
    remediation: 'remove it, or enable tlsCluster',
    near: 'apiVersion: pingcap.com/v1alpha1\nkind: TidbCluster\nspec:\n  tlsCluster: {enabled: true}\n  pd:\n    mountClusterClientSecret: true\n',
  },
  {
    code: 'compose-plaintext-url',
    file: 'docker-compose.yml',
    text: 'services:\n  pd0:\n    image: pingcap/pd:latest\n    volumes:\n      - ./cert:/cert\n    command:\n      - --client-urls=http://0.0.0.0:2379\n',
    line: 'docker-compose.yml:7:9: warning: certificates are mounted, but the flags of PD have http URLs, which override its file: it serves plaintext [compose-plaintext-url]',
    remediation: 'write --client-urls=https://0.0.0.0:2379, and https in every URL of PD',
    near: 'services:\n  pd0:\n    image: pingcap/pd:latest\n    volumes:\n      - ./data:/data\n    command:\n      - --client-urls=http://0.0.0.0:2379\n',
  },
];
