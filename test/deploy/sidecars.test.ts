import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import t, { type Test } from 'tap';
import { readAgentConfig } from '../../agent/config/load.js';
import { lintFile } from '../../cluster/lint/lint.js';
import { go, kustomized, theOne } from '../support/deploy-tools.js';
import { devCluster } from '../support/dev-cluster.js';
import { type Manifest, typeErrorsOf } from '../support/kubernetes-types.js';
import { readyAt, startAgent } from '../support/run-agent.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const root = join(import.meta.dirname, '../../deploy/kustomize');
const kinds = { pd: 'PDGroup', tikv: 'TiKVGroup', tidb: 'TiDBGroup', tiflash: 'TiFlashGroup', ticdc: 'TiCDCGroup' };
const components = Object.keys(kinds) as (keyof typeof kinds)[];

t.test('each example is what its operator knows, and our own lint finds nothing', go, async (t) => {
  for (const operator of ['v1', 'v2']) {
    const manifests = kustomized(join(root, operator, 'example'));
    t.strictSame(typeErrorsOf(manifests), [], operator);
    const file = join(temporaryDirectory(t), 'rendered.yaml');
    writeFileSync(file, manifests.map((manifest) => JSON.stringify(manifest)).join('\n---\n'));
    t.strictSame(lintFile(file), []);
    t.notMatch(JSON.stringify(manifests), /:latest/, 'every image was named');
  }
});

interface Container {
  readonly name: string;
  readonly args: readonly string[];
  readonly readinessProbe?: object;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}

/** A resource of the operator with its component's sidecar added. */
function withSidecar(t: Test, operator: 'v1' | 'v2', component: keyof typeof kinds, more: object = {}) {
  const directory = temporaryDirectory(t);
  const section = { replicas: 1, requests: { storage: '1Gi' }, storageClaims: [], service: { type: 'ClusterIP' } };
  const { [component === 'tiflash' ? 'requests' : 'storageClaims']: _unused, ...fitting } = section;
  const resource =
    operator === 'v1'
      ? {
          ...{ apiVersion: 'pingcap.com/v1alpha1', kind: 'TidbCluster', metadata: { name: 'basic' } },
          spec: { [component]: { ...(component === 'tidb' ? section : fitting), ...more } },
        }
      : {
          ...{ apiVersion: 'core.pingcap.com/v1alpha1', kind: kinds[component], metadata: { name: 'g' } },
          spec: { cluster: { name: 'db' }, replicas: 1, template: { spec: { version: 'v8.5.4', ...more } } },
        };
  const kustomization = {
    resources: ['resource.json'],
    components: [relative(directory, join(root, operator, component))],
  };
  writeFileSync(join(directory, 'resource.json'), JSON.stringify(resource));
  writeFileSync(join(directory, 'kustomization.yaml'), JSON.stringify(kustomization));
  return kustomized(directory);
}

function sidecarIn(manifests: readonly Manifest[]): Container | undefined {
  const found = manifests.find(({ kind }) => kind !== 'ConfigMap') as never as {
    spec: Record<string, { additionalContainers?: Container[]; spec?: Overlaid }>;
  };
  const lists = Object.values(found.spec).map(
    (section) => section.additionalContainers ?? section.spec?.overlay?.pod.spec.containers ?? [],
  );
  return lists.flat().find(({ name }) => name === 'tidb-mtls-agent');
}

interface Overlaid {
  readonly overlay?: { readonly pod: { readonly spec: { readonly containers: Container[] } } };
}

t.test('each sidecar reads what its pod mounts, and cannot make the pod unready by a probe', go, async (t) => {
  for (const operator of ['v1', 'v2'] as const) {
    for (const component of components) {
      const manifests = withSidecar(t, operator, component);
      const container = sidecarIn(manifests);
      t.notHas(container, 'readinessProbe');
      t.equal(theOne('ConfigMap', manifests).metadata.name, `tidb-mtls-agent-${component}`, 'without a hash');
      const { security, instances, configs } = readAgentConfig(join(root, operator, component, 'agent.toml'));
      const read = [
        ...Object.values(security ?? {}),
        ...configs,
        ...instances.flatMap(({ config, ca, cert, key }) => [config, ca, cert, key].filter((one) => one !== undefined)),
      ];
      const folders = (container?.volumeMounts ?? []).map(({ mountPath }) => `${mountPath}/`);
      for (const path of read) {
        t.ok(
          folders.some((folder) => path.startsWith(folder)),
          `${operator} ${component}: ${path} is in one of ${folders.join(' ')}`,
        );
      }
    }
  }
});

t.test('what is there already is never replaced', go, async (t) => {
  const mine = { additionalContainers: [{ name: 'mine', image: 'mine' }] };
  t.throws(() => withSidecar(t, 'v1', 'tikv', mine), { message: /\/spec\/tikv\/additionalContainers failed/ });
  const overlay = { overlay: { pod: { spec: { priorityClassName: 'high' } } } };
  t.throws(() => withSidecar(t, 'v2', 'tikv', overlay), { message: /\/spec\/template\/spec\/overlay failed/ });
});

t.test('beside a component the agent finds its ports and nothing wrong', go, async (t) => {
  const cluster = await devCluster(t);
  for (const [operator, component] of [
    ['v1', 'tikv'],
    ['v2', 'tikv'],
    ['v1', 'tidb'],
  ] as const) {
    const directory = temporaryDirectory(t);
    const { ca, cert, key } = cluster.files(component);
    const folder = `/var/lib/${component}-tls`;
    const text = readFileSync(join(root, operator, component, 'agent.toml'), 'utf8')
      .replaceAll(`${folder}/ca.crt`, ca)
      .replaceAll(`${folder}/tls.crt`, cert)
      .replaceAll(`${folder}/tls.key`, key)
      .replace(/\/etc\/\w+\/\w+\.toml/, join(cluster.directory, component, 'conf', `${component}.toml`))
      .replace(/127\.0\.0\.1:(10080|20180)/, `127.0.0.1:${cluster.port(component, 'status')}`)
      .replace('127.0.0.1:20160', `127.0.0.1:${component === 'tikv' ? cluster.port('tikv', 'grpc') : 0}`);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'agent.toml'), text);
    const pd = `https://127.0.0.1:${cluster.port('pd', 'client')}`;
    const files = ['--config', join(directory, 'agent.toml'), '--listen', '127.0.0.1:0'];
    const agent = startAgent(['run', ...files, '--host', 'localhost', '--pd', pd]);
    t.teardown(() => agent.child.kill());
    const url = await readyAt(agent);
    const { findings } = (await (await fetch(`${url}/api/v1/findings`)).json()) as { findings: Finding[] };
    const wrong = findings.filter(({ status }) => status === 'fail');
    t.strictSame(wrong, [], `${operator} ${component}`);
    const own = findings.filter((one) => one.component === component && one.check === 'served-matches-file');
    t.ok(own.length > 0 && own.every(({ status }) => status === 'pass'));
    t.match(own[0]?.instance, /^localhost:/, 'under the name that callers use');
    agent.child.kill();
    await agent.ended;
  }
});

interface Finding {
  readonly check: string;
  readonly component: string;
  readonly instance: string;
  readonly status: string;
}
