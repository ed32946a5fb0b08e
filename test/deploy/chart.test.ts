import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { readAgentConfig } from '../../agent/config/load.js';
import { readVersion } from '../../agent/process/version.js';
import { clientNames, componentNames } from '../../cluster/components/profile.js';
import { lintFile } from '../../cluster/lint/lint.js';
import { chart, go, helm, rendered, theOne } from '../support/deploy-tools.js';
import { type Manifest, typeErrorsOf } from '../support/kubernetes-types.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const valuesFiles = readdirSync(join(chart, 'ci')).map((name) => join(chart, 'ci', name));
const everything = valuesFiles.find((file) => file.includes('everything')) ?? '';

t.test('helm lint has nothing to say, with each values file', go, async (t) => {
  for (const values of [[], ...valuesFiles.map((file) => ['--values', file])]) {
    const { status, stdout } = helm('lint', '--strict', '--kube-version', '1.34.0', chart, ...values);
    t.equal(status, 0, stdout);
  }
});

t.test('what it renders is what the API knows, and our own lint finds nothing', go, async (t) => {
  for (const values of [[], ...valuesFiles.map((file) => ['--values', file])]) {
    const manifests = rendered(...values);
    t.strictSame(typeErrorsOf(manifests), [], values.join(' '));
    const file = join(temporaryDirectory(t), 'rendered.yaml');
    writeFileSync(file, manifests.map((manifest) => JSON.stringify(manifest)).join('\n---\n'));
    t.strictSame(lintFile(file), []);
  }
  const kinds = (values: readonly string[]) =>
    rendered(...values)
      .map(({ kind }) => kind)
      .sort();
  t.strictSame(kinds([]), ['ConfigMap', 'Deployment', 'Service', 'ServiceAccount']);
  const all = ['ConfigMap', 'ConfigMap', 'Deployment', 'NetworkPolicy', 'PodDisruptionBudget', 'PodMonitor'];
  t.strictSame(kinds(['--values', everything]), [...all, 'PrometheusRule', 'Service', 'ServiceAccount']);
});

t.test('the validation of manifests can fail', async (t) => {
  const pod = (spec: object) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec }) as Manifest;
  t.match(typeErrorsOf([pod({ containers: [{ name: 'a', imagePullPolice: 'Always' }] })]), [
    /Pod p: .*imagePullPolice/,
  ]);
  t.match(typeErrorsOf([pod({ containers: [{ name: 1 }] })]), [/Pod p: .*not assignable/]);
  t.match(typeErrorsOf([pod({})]), [/Pod p: .*containers/]);
});

t.test('the pod may do nothing but read its files and open sockets', go, async (t) => {
  const { spec } = theOne('Deployment', rendered()) as never as { spec: { template: { spec: PodSpec } } };
  const pod = spec.template.spec;
  t.match(pod, {
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  });
  t.equal(pod.containers.length, 1);
  const [container] = pod.containers;
  t.match(container?.securityContext, {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
  for (const mount of container?.volumeMounts ?? []) {
    t.equal(mount.readOnly, true, `${mount.mountPath} is read-only`);
    t.notHas(mount, 'subPath', 'and refreshed');
  }
  for (const { name, secret } of pod.volumes.filter((volume) => volume.secret !== undefined)) {
    t.equal(secret?.defaultMode, 0o440, `${name}: its group reads it`);
    t.equal(secret?.optional, name === 'client' ? undefined : true, 'only the agent must be able to call');
  }
});

interface PodSpec {
  readonly containers: readonly { readonly securityContext: object; readonly volumeMounts: readonly Mount[] }[];
  readonly volumes: readonly Volume[];
}
interface Mount {
  readonly mountPath: string;
  readonly readOnly?: boolean;
}
interface Volume {
  readonly name: string;
  readonly secret?: { readonly secretName: string; readonly defaultMode: number; readonly optional?: boolean };
}

const rejected: readonly (readonly [readonly string[], RegExp])[] = [
  [['--set', 'cluster.nmae=db'], /nmae/],
  [['--set', 'cluster.name='], /cluster\/?\.?name/],
  [['--set', 'cluster.pd={basic-pd:2379}'], /pattern/],
  [['--set', 'agent.probe.interval=15'], /interval/],
  [['--set', 'components.tikw.mount=true'], /tikw/],
  [['--set', 'image.repository=example.com/agent:1.0'], /repository/],
  [['--set', 'networkPolicy.create=true'], /from/],
  [
    ['--set', 'prometheusRules.create=true', '--set', 'prometheusRules.disabled={Nonsense}'],
    /Nonsense, which is no alert/,
  ],
];

t.test('values that mean nothing are rejected by name', go, async (t) => {
  for (const [values, message] of rejected) {
    t.throws(() => rendered(...values), { message }, values.join(' '));
  }
});

t.test('the schema knows the components and clients that the agent knows', async (t) => {
  const { properties } = JSON.parse(readFileSync(join(chart, 'values.schema.json'), 'utf8'));
  const components = componentNames.filter((name) => name !== 'other');
  t.strictSame(Object.keys(properties.components.properties).sort(), [...components].sort());
  t.strictSame([...properties.clients.items.properties.name.enum].sort(), [...clientNames].sort());
});

t.test('the agent reads the file that is rendered for it', go, async (t) => {
  for (const [values, pd, tikv] of [
    [[], 'https://basic-pd:2379', 'tikv'],
    [['--values', everything], 'https://basic-pd:2379', 'tikv'],
    [['--values', join(chart, 'ci/operator-2-values.yaml')], 'https://pd-pd:2379', 'tikv'],
  ] as const) {
    const manifests = rendered(...values);
    const file = join(temporaryDirectory(t), 'agent.toml');
    writeFileSync(file, agentToml(manifests));
    const config = readAgentConfig(file);
    t.match(config, { scope: 'cluster', pd: [pd], web: { port: 10793 }, probe: { negativeInterval: 600_000 } });
    t.match(
      config.components?.find(({ component }) => component === tikv),
      { copyDelay: 180_000 },
    );
  }
});

/** The first ConfigMap is the agent's, the second one Grafana's. */
function agentToml(manifests: readonly Manifest[]): string {
  const maps = manifests.filter(({ kind }) => kind === 'ConfigMap') as never as { data: Record<string, string> }[];
  return maps.find(({ data }) => 'agent.toml' in data)?.data['agent.toml'] ?? '';
}

t.test('the rules are those of the repository, but for what was asked to differ', go, async (t) => {
  const shipped = readdirSync(join(chart, 'files'))
    .filter((name) => name.endsWith('.yml'))
    .map((name) => parse(readFileSync(join(chart, 'files', name), 'utf8')))
    .flatMap((file) => (file.spec ?? file).groups);
  const groupsOf = (...values: readonly string[]) =>
    (theOne('PrometheusRule', rendered(...values)) as never as { spec: { groups: typeof shipped } }).spec.groups;
  t.strictSame(groupsOf('--set', 'prometheusRules.create=true'), shipped);
  const rulesOf = (groups: typeof shipped) => groups.flatMap(({ rules }) => rules);
  const rules = rulesOf(groupsOf('--values', everything));
  const named = (name: string) => rules.find(({ alert }: { alert?: string }) => alert === name);
  t.equal(rules.length, rulesOf(shipped).length - 1);
  t.equal(named('TiDB_mtls_labels_overwritten'), undefined);
  t.match(named('TiDB_mtls_endpoint_down'), { for: '7m', labels: { level: 'critical' } });
  t.match(named('TiDB_mtls_agent_missing'), { expr: 'absent(tidb_mtls_build_info)', for: '5m' });
});

t.test('the chart is of the same version as the package', async (t) => {
  const { version, appVersion } = parse(readFileSync(join(chart, 'Chart.yaml'), 'utf8'));
  t.strictSame([version, appVersion], [readVersion(), readVersion()]);
});
