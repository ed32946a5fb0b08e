import type { Problem } from '../documents/origin.js';
import { at, textAt, type YamlValue } from '../documents/yaml.js';

/** The mistakes of a TidbCluster that concern TLS as a whole. */
export function lintManifests(documents: readonly YamlValue[]): readonly Problem[] {
  return documents
    .filter((root) => textAt(root, 'kind') === 'TidbCluster')
    .flatMap((root) => [...oldSwitch(root), ...clientSecret(root)]);
}

function oldSwitch(root: YamlValue): readonly Problem[] {
  const old = at(root, 'spec')?.entries?.get('enableTLSCluster');
  return old === undefined
    ? []
    : [
        {
          code: 'old-tls-switch',
          severity: 'fail',
          origin: old.key,
          message: 'tidb-operator since 1.1 ignores enableTLSCluster: the cluster is plaintext',
          remediation: 'under spec write tlsCluster: {enabled: true}',
        },
      ];
}

function clientSecret(root: YamlValue): readonly Problem[] {
  const sections = at(root, 'spec')?.entries ?? new Map();
  const tls = at(root, 'spec', 'tlsCluster', 'enabled')?.value === true;
  return [...sections].flatMap(([, { value }]) => {
    const mount = (value as YamlValue).entries?.get('mountClusterClientSecret');
    return mount === undefined || mount.value.value !== true || tls
      ? []
      : [
          {
            code: 'client-secret-without-tls',
            severity: 'note' as const,
            origin: mount.key,
            message: 'mountClusterClientSecret has no effect without tlsCluster',
            remediation: 'remove it, or enable tlsCluster',
          },
        ];
  });
}

export const kubernetesRuleTitles: Readonly<Record<string, string>> = {
  'old-tls-switch': 'enableTLSCluster, which tidb-operator since 1.1 ignores',
  'client-secret-without-tls': 'mountClusterClientSecret without tlsCluster',
};
