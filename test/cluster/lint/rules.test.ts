import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import { Authority } from '../../../certs-dev/authority.js';
import { composeRuleTitles } from '../../../cluster/lint/compose-rules.js';
import { kubernetesRuleTitles } from '../../../cluster/lint/kubernetes-rules.js';
import { lintFile } from '../../../cluster/lint/lint.js';
import { rules } from '../../../cluster/lint/rules.js';
import { topologyRuleTitles } from '../../../cluster/lint/topology-rules.js';
import { formatProblem } from '../../../cluster/origin.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

interface Case {
  readonly code: string;
  readonly file?: string;
  readonly version?: string;
  /** Triggers the rule. */
  readonly text: string;
  /** The exact line, without the folder. */
  readonly line: string;
  readonly cure: string | RegExp;
  /** Nearly does, and must not. */
  readonly near: string;
  readonly nearVersion?: string;
  /** Files beside it. */
  readonly beside?: Readonly<Record<string, string>>;
}

const paths = 'ca-path = "a"\ncert-path = "b"\nkey-path = "c"\n';
const pdPaths = 'cacert-path = "a"\ncert-path = "b"\nkey-path = "c"\n';
const pd = `client-urls = "https://h:1"\n[security]\n${pdPaths}`;
const tikv = `[server]\naddr = "h:1"\n[security]\n${paths}`;
const tidbPaths = 'cluster-ssl-ca = "a"\ncluster-ssl-cert = "b"\ncluster-ssl-key = "c"\n';
const flashPaths = 'ca_path = "a"\ncert_path = "b"\nkey_path = "c"\n';
const proxyBlock = 'ca = "a"\ncert = "b"\nkey = "c"\n';

const authority = await Authority.create({ commonName: 'Cluster CA' });
const pdPair = await authority.issue({ commonName: 'pd-of-ours', dns: ['localhost'] });

const cases: readonly Case[] = [
  {
    code: 'unknown-key',
    file: 'pd.toml',
    text: 'client-urls = "https://h:1"\n[security]\nca-path = "a"\n',
    line: 'pd.toml:3:1: error: PD does not know security.ca-path, so it counts as not set [unknown-key]',
    cure: 'under [security] write cacert-path = …',
    near: 'client-urls = "https://h:1"\n[dashboard]\ntidb-cacert-path = "a"\n[schedule]\nca-path-of-mine = 1\n',
  },
  {
    code: 'unknown-key',
    file: 'tikv.toml',
    text: '[server]\naddr = "h:1"\n[security]\ncacert-path = "a"\n',
    line: 'tikv.toml:4:1: error: TiKV does not know security.cacert-path, so it counts as not set [unknown-key]',
    cure: 'under [security] write ca-path = …',
    near: '[server]\naddr = "h:1"\n[security.encryption]\ndata-encryption-method = "plaintext"\n[security.encryption.master-key]\ntype = "file"\npath = "/k"\n',
  },
  {
    code: 'unknown-key',
    file: 'tiflash.toml',
    text: '[flash]\nservice_addr = "h:1"\n[security]\nca-path = "a"\n',
    line: 'tiflash.toml:4:1: error: TiFlash does not know security.ca-path, so it counts as not set [unknown-key]',
    cure: 'under [security] write ca_path = …',
    near: '[flash]\nservice_addr = "h:1"\n[security]\nredact_info_log = true\n',
  },
  {
    code: 'unknown-key',
    file: 'tidb.toml',
    text: '[security]\ncert-verify-cn = ["x"]\n',
    line: 'tidb.toml:2:1: error: TiDB does not know security.cert-verify-cn, so it counts as not set [unknown-key]',
    cure: 'under [security] write cluster-verify-cn = …',
    near: '[security]\nssl-ca = "a"\nssl-cert = "b"\nauto-tls = true\n',
  },
  {
    code: 'unknown-key',
    file: 'tidb.toml',
    text: '[security]\nsecurity.session-token-signing-cert = "a"\n',
    line: 'tidb.toml:2:1: error: TiDB does not know security.security.session-token-signing-cert, so it counts as not set [unknown-key]',
    cure: 'under [security] write session-token-signing-cert = …',
    near: 'security.session-token-signing-cert = "a"\n',
  },
  {
    code: 'unknown-key',
    file: 'tidb.toml',
    text: '[security]\n[status]\ncluster-ssl-ca = "a"\n',
    line: 'tidb.toml:3:1: error: TiDB does not know status.cluster-ssl-ca, so it counts as not set [unknown-key]',
    cure: 'under [security] write cluster-ssl-ca = …',
    near: '[status]\nstatus-port = 1\n',
  },
  {
    code: 'unknown-key',
    file: 'tiproxy.toml',
    text: '[security]\n  [server-http-tls]\n    cert = "b"\n',
    line: 'tiproxy.toml:3:5: error: TiProxy does not know server-http-tls.cert, so it counts as not set [unknown-key]',
    cure: 'under [security.server-http-tls] write cert = …',
    near: '[security]\n  [security.server-tls]\n    cert = "b"\n    key = "c"\n',
  },
  {
    code: 'incomplete-tls',
    file: 'tikv.toml',
    text: '[server]\naddr = "h:1"\n[security]\nca-path = "a"\ncert-path = "b"\n',
    line: 'tikv.toml:4:11: error: TLS needs three keys, and key-path is not set: TiKV does not start [incomplete-tls]',
    cure: 'under [security] add key-path = "…"',
    near: '[server]\naddr = "h:1"\n[security]\nca-path = ""\ncert-path = ""\n',
  },
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
    code: 'plaintext-url',
    file: 'pd.toml',
    text: `client-urls = "http://h:1"\n[security]\n${pdPaths}`,
    line: 'pd.toml:1:15: error: client-urls is http although certificates are set: PD serves plaintext, unless a flag overrides it [plaintext-url]',
    cure: 'write client-urls = "https://h:1"',
    near: `name = "pd"\nclient-urls = "http://h:1"\n`,
  },
  {
    code: 'plaintext-url',
    file: 'tso.toml',
    text: `listen-addr = "http://h:1"\nadvertise-listen-addr = "https://h:1"\n[security]\n${pdPaths}`,
    line: 'tso.toml:1:15: error: listen-addr is http although certificates are set: callers speak plaintext to a TLS port, unless a flag overrides it [plaintext-url]',
    cure: 'write listen-addr = "https://h:1"',
    near: `listen-addr = "https://h:1"\n[security]\n${pdPaths}cert-allowed-cn = ["shared"]\n`,
  },
  {
    code: 'mixed-schemes',
    file: 'pd.toml',
    text: 'client-urls = "https://h:1,http://h:1"\n',
    line: 'pd.toml:1:15: error: client-urls has https and http: the plaintext URL lets anybody in [mixed-schemes]',
    cure: 'write client-urls = "https://h:1,https://h:1"',
    near: 'client-urls = "https://h:1,https://h:2"\n',
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
  {
    code: 'learner-disagrees',
    file: 'tiflash.toml',
    beside: { 'learner.toml': '[server]\nengine-addr = "h:1"\n' },
    text: `[flash.proxy]\nconfig = "learner.toml"\n[security]\n${flashPaths}cert_allowed_cn = ["shared"]\n`,
    line: 'tiflash.toml:4:11: error: TLS is on here and off in learner.toml: one half of TiFlash speaks plaintext [learner-disagrees]',
    cure: 'set the three paths in both files',
    near: '[flash.proxy]\nconfig = "learner.toml"\n[raft]\npd_addr = "h:1"\n',
  },
  {
    code: 'learner-disagrees',
    file: 'tiflash.toml',
    beside: { 'learner.toml': `[server]\nengine-addr = "h:1"\n[security]\n${paths}` },
    text: `[flash.proxy]\nconfig = "learner.toml"\n[security]\n${flashPaths}cert_allowed_cn = ["shared"]\n`,
    line: 'tiflash.toml:7:19: warning: the allow-list is ["shared"] here and none in learner.toml: one half lets in every certificate of the CA [learner-disagrees]',
    cure: 'set the list in both files',
    near: `[flash.proxy]\nconfig = "learner.toml"\n[security]\n${flashPaths}`,
  },
  {
    code: 'metrics-plaintext',
    file: 'tiflash.toml',
    text: `[flash]\nservice_addr = "h:1"\n[status]\ndisable_metrics_tls = true\n[security]\n${flashPaths}`,
    line: 'tiflash.toml:4:23: warning: disable_metrics_tls puts the TiFlash metrics port back to plaintext for anybody [metrics-plaintext]',
    cure: 'under [status] write disable_metrics_tls = false, and give Prometheus a certificate',
    near: '[flash]\nservice_addr = "h:1"\n[status]\ndisable_metrics_tls = true\n',
  },
  {
    code: 'empty-paths',
    file: 'tiflash.toml',
    version: '7.5.2',
    text: '[flash]\nservice_addr = "h:1"\n[security]\nca_path = ""\n',
    line: 'tiflash.toml:4:11: error: TiFlash before 6.5.11, 7.1.6, 7.5.3, 8.1.1 takes an empty path for TLS and does not start [empty-paths]',
    cure: 'leave ca_path, cert_path, key_path out',
    near: '[flash]\nservice_addr = "h:1"\n[security]\nca_path = ""\n',
    nearVersion: '7.5.3',
  },
  {
    code: 'https-port-missing',
    file: 'tiflash.toml',
    version: '6.5.0',
    text: `[flash]\nservice_addr = "h:1"\n[security]\n${flashPaths}`,
    line: 'tiflash.toml:4:11: error: TiFlash before 7.1 does not start with TLS but without https_port [https-port-missing]',
    cure: 'at the top of the file write https_port = 8123',
    near: `[flash]\nservice_addr = "h:1"\n[security]\n${flashPaths}`,
    nearVersion: '7.1.0',
  },
  {
    code: 'tiproxy-api-plaintext',
    file: 'tiproxy.toml',
    text: `[security.cluster-tls]\n${proxyBlock}`,
    line: 'tiproxy.toml:2:6: warning: cluster-tls is set, but server-http-tls is not: the TiProxy API port (3080) stays plaintext [tiproxy-api-plaintext]',
    cure: 'add [security.server-http-tls] with ca, cert and key',
    near: `[security.cluster-tls]\n${proxyBlock}[security.server-http-tls]\n${proxyBlock}`,
  },
  {
    code: 'list-without-ca',
    file: 'tiproxy.toml',
    text: '[security.server-http-tls]\ncert = "b"\nkey = "c"\ncert-allowed-cn = ["x"]\n',
    line: 'tiproxy.toml:4:19: error: without ca, TiProxy ignores cert-allowed-cn and lets everybody in [list-without-ca]',
    cure: 'under [security.server-http-tls] write ca = "…"',
    near: `[security.server-http-tls]\n${proxyBlock}cert-allowed-cn = ["x"]\n`,
  },
  {
    code: 'ticdc-users',
    file: 'ticdc.toml',
    text: 'addr = "h:1"\n[security]\nclient-user-required = true\n',
    line: 'ticdc.toml:3:24: error: client-user-required without client-allowed-user: TiCDC does not start [ticdc-users]',
    cure: 'under [security] write client-allowed-user = ["…"]',
    near: 'addr = "h:1"\n[security]\nclient-user-required = true\nclient-allowed-user = ["root"]\n',
  },
  {
    code: 'tls-keys-without-enable-tls',
    file: 'topology.yaml',
    text: 'server_configs:\n  tikv:\n    security.ca-path: /a/ca.crt\ntikv_servers:\n  - host: h\n',
    line: 'topology.yaml:3:5: warning: security.ca-path is set, but enable_tls is not: TiUP starts the components with http URLs [tls-keys-without-enable-tls]',
    cure: 'under global write enable_tls: true, and leave the paths to TiUP',
    near: 'global:\n  enable_tls: false\ntikv_servers:\n  - host: h\n',
  },
  {
    code: 'tls-path-overwritten',
    file: 'topology.yaml',
    text: 'global:\n  enable_tls: true\nserver_configs:\n  pd:\n    security:\n      cert-path: /a/pd.crt\npd_servers:\n  - host: h\n',
    line: 'topology.yaml:6:7: warning: security.cert-path is set here, but with enable_tls TiUP writes its own path tls/pd.crt and its siblings over it [tls-path-overwritten]',
    cure: 'take cert-path out of the topology',
    near: 'global:\n  enable_tls: true\npd_servers:\n  - host: h\n',
  },
  {
    code: 'old-tls-switch',
    file: 'cluster.yaml',
    text: 'apiVersion: pingcap.com/v1alpha1\nkind: TidbCluster\nspec:\n  enableTLSCluster: true\n',
    line: 'cluster.yaml:4:3: error: tidb-operator since 1.1 does not know enableTLSCluster: the cluster is plaintext [old-tls-switch]',
    cure: 'under spec write tlsCluster: {enabled: true}',
    near: 'apiVersion: pingcap.com/v1alpha1\nkind: TidbCluster\nspec:\n  tlsCluster:\n    enabled: true\n',
  },
  {
    code: 'operator-takes-one-name',
    file: 'cluster.yaml',
    text: 'apiVersion: pingcap.com/v1alpha1\nkind: TidbCluster\nspec:\n  version: v8.5.0\n  tlsCluster: {enabled: true}\n  pd:\n    config:\n      security:\n        cert-allowed-cn: [a, b]\n',
    line: "cluster.yaml:9:26: error: tidb-operator 1.x refuses a TidbCluster with several names in PD's cert-allowed-cn [operator-takes-one-name]",
    cure: 'give every component the same Common Name and list that one, or use tidb-operator 2',
    near: 'apiVersion: pingcap.com/v1alpha1\nkind: TidbCluster\nspec:\n  version: v8.5.0\n  pd:\n    config:\n      security:\n        cert-allowed-cn: [a]\n',
  },
  {
    code: 'client-secret-without-tls',
    file: 'cluster.yaml',
    text: 'apiVersion: pingcap.com/v1alpha1\nkind: TidbCluster\nspec:\n  pd:\n    mountClusterClientSecret: true\n',
    line: 'cluster.yaml:5:5: note: mountClusterClientSecret has no effect without tlsCluster [client-secret-without-tls]',
    cure: 'take it out, or enable tlsCluster',
    near: 'apiVersion: pingcap.com/v1alpha1\nkind: TidbCluster\nspec:\n  tlsCluster: {enabled: true}\n  pd:\n    mountClusterClientSecret: true\n',
  },
  {
    code: 'compose-plaintext-url',
    file: 'docker-compose.yml',
    text: 'services:\n  pd0:\n    image: pingcap/pd:latest\n    volumes:\n      - ./cert:/cert\n    command:\n      - --client-urls=http://0.0.0.0:2379\n',
    line: 'docker-compose.yml:7:9: warning: certificates are mounted, but PD is started with http URLs, which beat its file: it serves plaintext [compose-plaintext-url]',
    cure: 'write --client-urls=https://0.0.0.0:2379, and so in every URL of PD',
    near: 'services:\n  pd0:\n    image: pingcap/pd:latest\n    volumes:\n      - ./data:/data\n    command:\n      - --client-urls=http://0.0.0.0:2379\n',
  },
];

function linesOf(t: Test, { file = 'x.toml', beside = {} }: Case, text: string, version: string | undefined) {
  const directory = temporaryDirectory(t);
  for (const [name, content] of Object.entries({ ...beside, [file]: text })) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
  return lintFile(join(directory, file), { version }).map((problem) => ({
    code: problem.code,
    line: formatProblem(problem).replaceAll(`${directory}/`, ''),
    cure: problem.cure,
  }));
}

t.test('each rule: what triggers it, what nearly does, and the exact line', async (t) => {
  for (const one of cases) {
    const found = linesOf(t, one, one.text, one.version);
    const hit = found.find(({ code }) => code === one.code);
    t.equal(hit?.line, one.line, `${one.code} speaks`);
    t.match(hit?.cure, one.cure, `${one.code} has its cure`);
    const near = linesOf(t, one, one.near, one.nearVersion ?? one.version);
    t.strictSame(
      near.filter(({ code }) => code === one.code).map(({ line }) => line),
      [],
      `${one.code} is silent on its neighbour`,
    );
  }
});

t.test('no rule is without such a pair', async (t) => {
  const deployment = { ...topologyRuleTitles, ...kubernetesRuleTitles, ...composeRuleTitles };
  const codes = [...rules.map(({ code }) => code), ...Object.keys(deployment)];
  t.strictSame(
    codes.filter((code) => !cases.some((one) => one.code === code)),
    [],
  );
});

t.test("the documentation's own lists, taken literally, and what each would break", async (t) => {
  const lists: readonly (readonly [string, string, readonly string[]])[] = [
    ['tidb.toml', `[security]\n${tidbPaths}cluster-verify-cn = ["tidb", "test-client", "prometheus"]\n`, ['pd']],
    ['tikv.toml', `${tikv}cert-allowed-cn = ["tidb", "pd", "tikv", "tiflash", "prometheus"]\n`, []],
    ['pd.toml', `${pd}cert-allowed-cn = ["tidb", "pd", "tikv", "tiflash", "test-client", "prometheus"]\n`, []],
    [
      'tiflash.toml',
      `[flash]\nservice_addr = "h:1"\n[security]\n${flashPaths}cert_allowed_cn = ["tidb", "tikv", "prometheus"]\n`,
      ['tiflash'],
    ],
    ['tidb.toml', `[security]\n${tidbPaths}cluster-verify-cn = ["TiDB-Server", "TiKV-Control"]\n`, ['pd']],
    ['tikv.toml', `${tikv}cert-allowed-cn = ["TiDB-Server", "PD-Server", "TiKV-Control", "RawKvClient1"]\n`, ['tikv']],
    ['pd.toml', `${pd}cert-allowed-cn = ["TiKV-Server", "TiDB-Server", "PD-Control"]\n`, ['pd']],
  ];
  for (const [file, text, missing] of lists) {
    const problems = linesOf(t, { code: '', file, text, line: '', cure: '', near: '' }, text, undefined);
    const named = problems
      .filter(({ code }) => code === 'caller-missing')
      .map(({ line }) => /does not name (\S+)/.exec(line)?.[1]);
    t.strictSame(named, missing, `${file}: ${/\[".*\]/.exec(text)?.[0]}`);
  }
});
