import { Authority } from '../../../certs-dev/authority.js';
import { type LintCase, paths, pd, tidbPaths, tikv } from '../lint-case.js';

const authority = await Authority.create({ commonName: 'Cluster CA' });
const pdPair = await authority.issue({ commonName: 'pd-of-ours', dns: ['localhost'] });

export const nameCases: readonly LintCase[] = [
  {
    code: 'list-without-tls',
    file: 'tidb.toml',
    text: '[security]\ncluster-verify-cn = ["tidb"]\n',
    line: 'tidb.toml:2:21: warning: cluster-verify-cn is set, but no certificates: TiDB serves plaintext [list-without-tls]',
    cure: 'set cluster-ssl-ca, cluster-ssl-cert, cluster-ssl-key',
    near: '[security]\ncluster-verify-cn = []\n',
  },
  {
    code: 'empty-name',
    file: 'tikv.toml',
    text: `${tikv}cert-allowed-cn = ["a", ""]\n`,
    line: 'tikv.toml:7:19: error: an empty entry in cert-allowed-cn admits certificates without a Common Name, and in TiKV builds of 2026 everybody [empty-name]',
    cure: 'write cert-allowed-cn = ["a"]',
    near: `${tikv}cert-allowed-cn = ["a", " "]\n`,
  },
  {
    code: 'list-not-enforced',
    file: 'pd.toml',
    text: `${pd}cert-allowed-cn = ["pd"]\n`,
    line: 'pd.toml:6:19: warning: cert-allowed-cn with one entry is not enforced on the PD client port: any certificate of the CA is let in [list-not-enforced]',
    cure: 'list at least 2 names in cert-allowed-cn (PD 8.4 or later)',
    near: `${pd}cert-allowed-cn = ["pd", "x"]\n`,
  },
  {
    code: 'list-too-long',
    file: 'pd.toml',
    version: '8.3.0',
    text: `${pd}cert-allowed-cn = ["a", "b"]\n`,
    line: 'pd.toml:6:19: error: PD before 8.4.0 takes one name in cert-allowed-cn and does not start with 2 [list-too-long]',
    cure: 'give every component the same Common Name and list that one, or upgrade first',
    near: `${pd}cert-allowed-cn = ["a", "b"]\n`,
    nearVersion: '8.4.0',
  },
  {
    code: 'own-name-missing',
    file: 'pd.toml',
    beside: { 'pd.crt': pdPair.certificatePem },
    text: 'client-urls = "https://h:1"\n[security]\ncacert-path = "a"\ncert-path = "pd.crt"\nkey-path = "c"\ncert-allowed-cn = ["a", "b"]\n',
    line: 'pd.toml:6:19: error: cert-allowed-cn lacks PD\'s own Common Name "pd-of-ours": PD ends a few seconds after its start [own-name-missing]',
    cure: 'write cert-allowed-cn = ["a", "b", "pd-of-ours"]',
    near: 'client-urls = "https://h:1"\n[security]\ncacert-path = "a"\ncert-path = "pd.crt"\nkey-path = "c"\ncert-allowed-cn = ["a", "pd-of-ours"]\n',
  },
  {
    code: 'caller-missing',
    file: 'tikv.toml',
    text: `${tikv}cert-allowed-cn = ["TiDB-Server", "PD-Server", "TiKV-Control", "RawKvClient1"]\n`,
    line: 'tikv.toml:7:19: warning: cert-allowed-cn does not name tikv ("TiKV-Server"), which calls TiKV: Raft between stores stops [caller-missing]',
    cure: 'write cert-allowed-cn = ["TiDB-Server", "PD-Server", "TiKV-Control", "RawKvClient1", "TiKV-Server"]',
    near: `${tikv}cert-allowed-cn = ["TiDB"]\n`,
  },
  {
    code: 'ca-name-in-list',
    file: 'ticdc.toml',
    beside: { 'ca.crt': authority.certificatePem },
    text: 'addr = "h:1"\n[security]\nca-path = "ca.crt"\ncert-path = "b"\nkey-path = "c"\ncert-allowed-cn = ["x", "Cluster CA"]\n',
    line: 'ticdc.toml:6:19: error: "Cluster CA" in cert-allowed-cn is the name of the CA: TiCDC lets in every certificate of that CA [ca-name-in-list]',
    cure: 'take "Cluster CA" out of cert-allowed-cn',
    near: 'addr = "h:1"\n[security]\nca-path = "ca.crt"\ncert-path = "b"\nkey-path = "c"\ncert-allowed-cn = ["x", "Cluster"]\n',
  },
  {
    code: 'substring-name',
    file: 'tikv.toml',
    version: '9.0.0',
    text: `${tikv}cert-allowed-cn = ["shared"]\n`,
    line: 'tikv.toml:7:19: warning: TiKV builds since July 2026 admit every name that contains an entry of cert-allowed-cn: "shared" admits "not-shared" too [substring-name]',
    cure: 'use Common Names that no other certificate of this CA contains',
    near: `${tikv}cert-allowed-cn = ["shared"]\n`,
    nearVersion: '8.5.0',
  },
  {
    code: 'callers-not-authenticated',
    file: 'tidb.toml',
    text: `[security]\n${tidbPaths}`,
    line: 'tidb.toml:2:18: note: without cluster-verify-cn the TiDB status port (10080) asks callers for no certificate [callers-not-authenticated]',
    cure: 'set cluster-verify-cn to the names of those who call it',
    near: `[security]\n${tidbPaths}cluster-verify-cn = ["shared"]\n`,
  },
  {
    code: 'callers-not-authenticated',
    file: 'ticdc.toml',
    text: `addr = "h:1"\n[security]\n${paths}`,
    line: 'ticdc.toml:3:11: note: without cert-allowed-cn the TiCDC port (8300) asks callers for no certificate [callers-not-authenticated]',
    cure: 'set cert-allowed-cn to the names of those who call it',
    near: `addr = "h:1"\n[security]\nmtls = true\n${paths}`,
  },
];
