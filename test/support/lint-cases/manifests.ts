import { manifestExamples } from '../../../cluster/lint/manifest-examples.js';
import type { LintCase } from '../lint-case.js';

const head = 'apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: c, namespace: db}\nspec:\n';
const pd = `${head}  secretName: basic-pd-cluster-secret\n`;
const cluster =
  'apiVersion: pingcap.com/v1alpha1\nkind: TidbCluster\nmetadata: {name: basic, namespace: db}\nspec:\n  tlsCluster: {enabled: true}\n  pd: {}\n';

/** Texts that nearly trigger the rules on manifests. */
const near: Readonly<Record<string, string>> = {
  'duplicate-key':
    'apiVersion: pingcap.com/v1alpha1\nkind: TidbCluster\nspec:\n  version: v8.5.1\n  pd: {version: v8.5.2}\n---\napiVersion: pingcap.com/v1alpha1\nkind: TidbCluster\nspec:\n  version: v8.5.1\n',
  'certificate-usages': `${head}  secretName: basic-cluster-client-secret\n  usages: [client auth]\n---\n${head}  secretName: other\n  usages: [server auth]\n---\n${pd}`,
  'certificate-names': `${pd}  dnsNames: ["*.basic-pd-peer.db.svc"]\n  ipAddresses: [127.0.0.1]\n---\n${head}  secretName: basic-tidb-server-secret\n  dnsNames: [x]\n`,
  'certificate-renewal': `${head}  secretName: x\n  duration: 48h\n  renewBefore: 24h\n---\n${head}  secretName: y\n  renewBefore: 720h\n`,
  'certificate-secret': `${cluster}  tikv: {}\n---\n${head}  secretName: other-pd-cluster-secret\n`,
  'probe-without-certificate':
    'apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - readinessProbe:\n        tcpSocket: {port: 2379}\n      livenessProbe:\n        httpGet: {port: 10080}\n      startupProbe:\n        httpGet: {port: 8080, scheme: HTTPS}\n',
};

export const manifestCases: readonly LintCase[] = [
  ...Object.entries(manifestExamples).map(([code, { file, text, reported, remediation }]) => ({
    code,
    file,
    text,
    line: reported,
    remediation,
    near: near[code] ?? '',
  })),
  {
    code: 'certificate-secret',
    file: 'cluster.yaml',
    text: `${cluster}---\n${head}  secretName: basic-pb-cluster-secret\n---\n${head}  secretName: basic-cluster-client-secret\n`,
    line: 'cluster.yaml:6:3: warning: no Certificate in this file writes the Secret basic-pd-cluster-secret, which the pods of pd mount [certificate-secret]',
    remediation: 'write secretName: basic-pd-cluster-secret instead of basic-pb-cluster-secret',
    near: `${cluster}---\n${pd}`,
  },
  {
    code: 'list-without-tls',
    file: 'cluster.yaml',
    text: `${cluster.replace('tlsCluster: {enabled: true}\n  pd: {}', 'pd:\n    config: |\n      [security]\n        cert-allowed-cn = ["TiDB"]')}`,
    line: 'cluster.yaml:8:27: warning: cert-allowed-cn is set, but no certificates: PD serves plaintext [list-without-tls]',
    remediation: 'under spec of the cluster write tlsCluster: {enabled: true}',
    near: cluster.replace('tlsCluster: {enabled: true}\n  pd: {}', 'pd: {}'),
  },
  {
    code: 'list-not-enforced',
    file: 'cluster.yaml',
    text: `${cluster.replace('pd: {}', 'pd:\n    config: |\n      [security]\n        cert-allowed-cn = ["TiDB"]')}`,
    line: 'cluster.yaml:9:27: note: cert-allowed-cn with one entry is not enforced on the PD client port: every certificate of the CA is accepted, and tidb-operator 1.x takes one name [list-not-enforced]',
    remediation: 'nothing in this file changes that: use tidb-operator 2 with PD 8.4.0 or later',
    near: cluster,
  },
  {
    code: 'operator-takes-one-name',
    file: 'cluster.yaml',
    text: `${cluster.replace('pd: {}', 'pd:\n    config: |\n      [security]\n        cert-allowed-cn = ["tidb", "pd"]')}`,
    line: "cluster.yaml:9:27: error: tidb-operator 1.x rejects a TidbCluster with several names in PD's cert-allowed-cn [operator-takes-one-name]",
    remediation: 'give every component the same Common Name and list that one, or use tidb-operator 2',
    near: `${cluster.replace('pd: {}', 'pd:\n    config: |\n      [security]\n        cert-allowed-cn = ["TiDB"]')}`,
  },
];
