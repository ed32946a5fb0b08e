import type { LintExample } from './example.js';

const certificate = (spec: string) =>
  `apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: c, namespace: db}\nspec:\n${spec}`;

/** The examples of what is reported of manifests, by code. */
export const manifestExamples: Readonly<Record<string, LintExample>> = {
  'duplicate-key': {
    file: 'cluster.yaml',
    text: 'apiVersion: pingcap.com/v1alpha1\nkind: TidbCluster\nspec:\n  version: v8.5.1\n  version: v8.5.2\n',
    reported:
      'cluster.yaml:5:3: warning: version is set twice in this mapping, first in line 4: the last one counts [duplicate-key]',
    remediation: 'remove one of the two',
  },
  'certificate-usages': {
    file: 'pd.yaml',
    text: certificate('  secretName: basic-pd-cluster-secret\n  usages: [server auth]\n'),
    reported:
      'pd.yaml:6:11: error: usages lack client auth: the component is server and client with it [certificate-usages]',
    remediation: 'add - client auth to usages',
  },
  'certificate-names': {
    file: 'pd.yaml',
    text: certificate('  secretName: basic-pd-cluster-secret\n  dnsNames: [basic-pd]\n  ipAddresses: [127.0.0.1]\n'),
    reported:
      'pd.yaml:6:13: error: dnsNames do not cover the pods of PD, whose callers dial basic-pd-0.basic-pd-peer.db.svc [certificate-names]',
    remediation: 'add "*.basic-pd-peer.db.svc" to dnsNames',
  },
  'certificate-renewal': {
    file: 'pd.yaml',
    text: certificate('  secretName: x\n  duration: 24h\n  renewBefore: 48h\n'),
    reported:
      'pd.yaml:7:16: error: renewBefore is not shorter than the duration of 24 h: cert-manager rejects it [certificate-renewal]',
    remediation: 'write a renewBefore of about a third of the duration',
  },
  'certificate-secret': {
    file: 'cluster.yaml',
    text: `apiVersion: pingcap.com/v1alpha1\nkind: TidbCluster\nmetadata: {name: basic, namespace: db}\nspec:\n  tlsCluster: {enabled: true}\n  pd: {}\n  tikv: {}\n---\n${certificate('  secretName: basic-pd-cluster-secret\n  dnsNames: ["*.basic-pd-peer.db.svc", localhost]\n')}`,
    reported:
      'cluster.yaml:7:3: warning: no Certificate in this file writes the Secret basic-tikv-cluster-secret, which the pods of tikv mount [certificate-secret]',
    remediation: 'write secretName: basic-tikv-cluster-secret in a Certificate of its own',
  },
  'probe-without-certificate': {
    file: 'pod.yaml',
    text: 'apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: pd\n      readinessProbe:\n        httpGet: {port: 2379, scheme: HTTPS}\n',
    reported:
      'pod.yaml:7:18: warning: readinessProbe asks the PD client port by httpGet, without a client certificate: the port rejects it, and the pod is never ready [probe-without-certificate]',
    remediation: 'write tcpSocket: {port: 2379}, or exec with a client that presents a certificate',
  },
};
