import { stringify } from 'yaml';
import type { ComponentName, EndpointName } from '../cluster/components/profile.js';
import { profiles } from '../cluster/components/profiles.js';

/** A component whose pods take a sidecar, and where tidb-operator puts its files in them. */
interface Host {
  readonly component: ComponentName;
  /** Its resource in tidb-operator 2. */
  readonly kind: string;
  /** Its file in tidb-operator 1, where the pod has it as a volume. */
  readonly config?: string;
}

const hosts: readonly Host[] = [
  { component: 'pd', kind: 'PDGroup', config: 'pd.toml' },
  { component: 'tikv', kind: 'TiKVGroup', config: 'tikv.toml' },
  { component: 'tidb', kind: 'TiDBGroup', config: 'tidb.toml' },
  { component: 'tiflash', kind: 'TiFlashGroup' },
  { component: 'ticdc', kind: 'TiCDCGroup' },
];

/** What tidb-operator 1 has its components listen on, where that is not their default. */
const operatorPorts: Readonly<Partial<Record<ComponentName, number>>> = { ticdc: 8301 };

const folder = (component: ComponentName) => `/var/lib/${component}-tls`;
const image = 'tidb-mtls-agent:latest';

/** Every file of the kustomize components, by its path. */
export const sidecars: Readonly<Record<string, () => string>> = Object.fromEntries(
  hosts.flatMap((host) =>
    (['v1', 'v2'] as const).flatMap((operator) => {
      const target =
        operator === 'v1'
          ? { group: 'pingcap.com', kind: 'TidbCluster' }
          : { group: 'core.pingcap.com', kind: host.kind };
      const at = `deploy/kustomize/${operator}/${host.component}`;
      const toml = operator === 'v1' ? declared(host) : configured(host);
      return [
        [`${at}/kustomization.yaml`, () => yaml(kustomization(host.component, target))],
        [`${at}/patch.yaml`, () => yaml(operator === 'v1' ? patchOfSection(host) : patchOfGroup(host))],
        [`${at}/agent.toml`, () => `${header}${common(host.component)}${toml}`],
      ] as const;
    }),
  ),
);

const header = '# Written by npm run docs.\n';

function yaml(document: unknown): string {
  return `${header}${stringify(document, { lineWidth: 0 })}`;
}

function kustomization(component: ComponentName, target: object) {
  return {
    apiVersion: 'kustomize.config.k8s.io/v1alpha1',
    kind: 'Component',
    configMapGenerator: [
      {
        name: `tidb-mtls-agent-${component}`,
        files: ['agent.toml'],
        // A name that changed with the text would restart the pods.
        options: { disableNameSuffixHash: true },
      },
    ],
    patches: [{ target, path: 'patch.yaml' }],
  };
}

/** The agent calls as its component does: no other Secret is needed in the pod. */
function common(component: ComponentName): string {
  return `scope = "node"

[security]
ca-path = "${folder(component)}/ca.crt"
cert-path = "${folder(component)}/tls.crt"
key-path = "${folder(component)}/tls.key"

[web]
listen = ":10793"
`;
}

/** tidb-operator 1 gives addresses on the command line, which no file shows. */
function declared({ component, config }: Host): string {
  const { endpoints, mainEndpoint } = profiles[component];
  const key = (name: EndpointName) => (name === mainEndpoint ? 'address' : `${name}-address`);
  const addresses = endpoints
    .filter(({ name }) => name !== 'http')
    .map(({ name, defaultPort }) => `${key(name)} = "127.0.0.1:${operatorPorts[component] ?? defaultPort}"\n`);
  const file = config === undefined ? '' : `config = "/etc/${component}/${config}"\n`;
  return `
[[instance]]
component = "${component}"
${addresses.join('')}${file}ca-path = "${folder(component)}/ca.crt"
cert-path = "${folder(component)}/tls.crt"
key-path = "${folder(component)}/tls.key"
`;
}

/** tidb-operator 2 writes everything into the file. */
function configured({ component }: Host): string {
  return `
[cluster]
configs = ["/etc/${component}/config.toml"]
`;
}

const field = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });

/** One operation that refuses, loudly, where a list is there already, since adding would replace it. */
function addedWhereAbsent(path: string, value: unknown) {
  return [
    { op: 'test', path, value: null },
    { op: 'add', path, value },
  ];
}

function patchOfSection({ component, config }: Host) {
  const container = containerOf(component, {
    host: `$(POD_NAME).$(CLUSTER)-${component}-peer.$(NAMESPACE).svc`,
    pd: 'https://$(CLUSTER)-pd:2379',
    env: [field('CLUSTER', "metadata.labels['app.kubernetes.io/instance']")],
    tls: `${component}-tls`,
    config: config === undefined ? undefined : 'config',
  });
  return [
    ...addedWhereAbsent(`/spec/${component}/additionalContainers`, [container]),
    ...addedWhereAbsent(`/spec/${component}/additionalVolumes`, [volumeOf(component)]),
  ];
}

function patchOfGroup({ component }: Host) {
  const container = containerOf(component, {
    host: `$(POD_NAME).$(GROUP)-${component}-peer.$(NAMESPACE)`,
    pd: 'https://$(PD_GROUP)-pd:2379',
    env: [field('GROUP', "metadata.labels['pingcap.com/group']"), { name: 'PD_GROUP', value: 'pd' }],
    tls: 'ti-tls',
    config: 'ti-config',
  });
  const spec = { containers: [container], volumes: [volumeOf(component)] };
  return addedWhereAbsent('/spec/template/spec/overlay', { pod: { spec } });
}

function volumeOf(component: ComponentName) {
  return { name: 'tidb-mtls-agent', configMap: { name: `tidb-mtls-agent-${component}` } };
}

interface Place {
  readonly host: string;
  readonly pd: string;
  readonly env: readonly object[];
  readonly tls: string;
  readonly config: string | undefined;
}

/** Without probes: a pod one of whose containers is not ready is no longer sent requests, and the database goes first. */
function containerOf(component: ComponentName, { host, pd, env, tls, config }: Place) {
  const mount = (name: string, mountPath: string) => ({ name, mountPath, readOnly: true });
  return {
    name: 'tidb-mtls-agent',
    image,
    args: ['run', '--config', '/etc/tidb-mtls-agent/agent.toml', '--host', host, '--pd', pd],
    env: [field('POD_NAME', 'metadata.name'), field('NAMESPACE', 'metadata.namespace'), ...env],
    ports: [{ name: 'mtls-agent', containerPort: 10793 }],
    resources: { requests: { cpu: '50m', memory: '96Mi' }, limits: { memory: '256Mi' } },
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 65532,
      runAsGroup: 65532,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    },
    volumeMounts: [
      mount('tidb-mtls-agent', '/etc/tidb-mtls-agent'),
      mount(tls, folder(component)),
      ...(config === undefined ? [] : [mount(config, `/etc/${component}`)]),
    ],
  };
}
