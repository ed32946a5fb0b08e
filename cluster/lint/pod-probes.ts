import type { EndpointProfile } from '../components/profile.js';
import { documentedProfiles } from '../components/profiles.js';
import type { Problem } from '../documents/origin.js';
import { at, textAt, type YamlValue } from '../documents/yaml.js';

/** Titles by code, for the table in docs/lint.md. */
export const podProbeRuleTitles: Readonly<Record<string, string>> = {
  'probe-without-certificate': 'A pod probe by httpGet on a port that demands or may demand a client certificate',
};

const probeKeys: readonly string[] = ['readinessProbe', 'livenessProbe', 'startupProbe'];

/** The kubelet sends `httpGet` without a client certificate, and in plaintext unless the scheme is HTTPS. */
export function lintPodProbes(documents: readonly YamlValue[]): readonly Problem[] {
  return documents.flatMap((root) => probesIn(root, at(root, 'spec', 'tlsCluster', 'enabled')?.value === true));
}

function probesIn(value: YamlValue, tls: boolean): readonly Problem[] {
  return [
    ...(value.items ?? []).flatMap((item) => probesIn(item, tls)),
    ...[...(value.entries ?? [])].flatMap(([key, { value: child }]) =>
      probeKeys.includes(key) ? probe(key, child, tls) : probesIn(child, tls),
    ),
  ];
}

function probe(key: string, value: YamlValue, tls: boolean): readonly Problem[] {
  const request = at(value, 'httpGet');
  const port = documentedProfiles
    .flatMap(({ endpoints }) => endpoints)
    .find(({ defaultPort }) => String(defaultPort) === textAt(request, 'port'));
  const isTls = tls || textAt(request, 'scheme')?.toUpperCase() === 'HTTPS';
  return request === undefined || port === undefined || !isTls
    ? []
    : [
        {
          code: 'probe-without-certificate',
          severity: 'warn',
          origin: request.origin,
          message: `${key} asks the ${port.title} by httpGet, without a client certificate: ${effect(port)}`,
          remediation: `write tcpSocket: {port: ${port.defaultPort}}, or exec with a client that presents a certificate`,
        },
      ];
}

function effect({ callers }: EndpointProfile): string {
  return callers.clientCertificate === 'always'
    ? 'the port rejects it, and the pod is never ready'
    : 'the pod is never ready once the component has an allow-list';
}
