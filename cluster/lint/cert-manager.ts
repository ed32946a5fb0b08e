import { type ComponentName, componentNames } from '../components/profile.js';
import { profiles } from '../components/profiles.js';
import { nearest } from '../documents/nearest.js';
import type { Problem } from '../documents/origin.js';
import { at, textAt, type YamlValue } from '../documents/yaml.js';

/** Titles by code, for the table in docs/lint.md. */
export const certManagerRuleTitles: Readonly<Record<string, string>> = {
  'certificate-usages':
    'A Certificate of cert-manager for a component without both usages, server auth and client auth',
  'certificate-names': "A Certificate whose dnsNames or ipAddresses do not cover the component's pods",
  'certificate-renewal': 'A Certificate whose renewBefore is not shorter than its duration',
  'certificate-secret': 'A TidbCluster with TLS whose Secret no Certificate in the same file writes',
};

interface Owner {
  readonly cluster: string;
  /** Undefined for the Secret of clients. */
  readonly component: ComponentName | undefined;
}

/** Certificates of cert-manager, by the Secrets that tidb-operator mounts into the pods. */
export function lintCertificates(documents: readonly YamlValue[]): readonly Problem[] {
  const certificates = documents.filter(isCertificate);
  return [
    ...certificates.flatMap((root) => [...renewal(root), ...usages(root), ...names(root)]),
    ...documents
      .filter((root) => textAt(root, 'kind') === 'TidbCluster')
      .flatMap((root) => secrets(root, certificates)),
  ];
}

function isCertificate(root: YamlValue): boolean {
  return textAt(root, 'kind') === 'Certificate' && (textAt(root, 'apiVersion') ?? '').startsWith('cert-manager.io/');
}

/** Whose Secret this is, by its name; undefined for any other, such as that of MySQL clients. */
function ownerOf(secret: string): Owner | undefined {
  const clients = /^(.+)-cluster-client-secret$/.exec(secret)?.[1];
  if (clients !== undefined) {
    return { cluster: clients, component: undefined };
  }
  const component = [...componentNames]
    .sort((a, b) => b.length - a.length)
    .find((name) => secret.endsWith(`-${name}-cluster-secret`));
  return component === undefined
    ? undefined
    : { cluster: secret.slice(0, -`-${component}-cluster-secret`.length), component };
}

function renewal(root: YamlValue): readonly Problem[] {
  const [duration, before] = ['duration', 'renewBefore'].map((key) => at(root, 'spec', key));
  const [lives, early] = [duration, before].map((one) => hoursOf(one?.value));
  return before === undefined || early === undefined || early < (lives ?? defaultHours)
    ? []
    : [
        {
          code: 'certificate-renewal',
          severity: 'fail',
          origin: before.origin,
          message: `renewBefore is not shorter than the duration of ${lives ?? defaultHours} h: cert-manager rejects it`,
          remediation: 'write a renewBefore of about a third of the duration',
        },
      ];
}

/** cert-manager's default duration. */
const defaultHours = 2160;

/** Hours of Go's durations, such as `8760h` and `2160h0m0s`; undefined for other text. */
function hoursOf(text: unknown): number | undefined {
  const match = typeof text === 'string' ? /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text) : null;
  return match === null || match[0] === ''
    ? undefined
    : Number(match[1] ?? 0) + Number(match[2] ?? 0) / 60 + Number(match[3] ?? 0) / 3600;
}

function usages(root: YamlValue): readonly Problem[] {
  const list = at(root, 'spec', 'usages');
  const owner = ownerOf(textAt(root, 'spec', 'secretName') ?? '');
  if (owner === undefined || list?.items === undefined) {
    return [];
  }
  const needed = owner.component === undefined ? ['client auth'] : ['server auth', 'client auth'];
  const given = list.items.map(({ value }) => String(value));
  const missing = needed.filter((usage) => !given.includes(usage) && !given.includes('any'));
  const why = owner.component === undefined ? 'its holder is a client' : 'the component is server and client with it';
  return missing.length === 0
    ? []
    : [
        {
          code: 'certificate-usages',
          severity: 'fail',
          origin: list.origin,
          message: `usages lack ${missing.join(' and ')}: ${why}`,
          remediation: `add ${missing.map((usage) => `- ${usage}`).join(' and ')} to usages`,
        },
      ];
}

function names(root: YamlValue): readonly Problem[] {
  const spec = at(root, 'spec');
  const owner = ownerOf(textAt(spec, 'secretName') ?? '');
  if (owner?.component === undefined) {
    return [];
  }
  const set = `${owner.cluster}-${owner.component}`;
  const namespace = textAt(root, 'metadata', 'namespace') ?? 'default';
  const pod = `${set}-0.${set}-peer.${namespace}.svc`;
  const dnsNames = (at(spec, 'dnsNames')?.items ?? []).map(({ value }) => String(value));
  const addresses = (at(spec, 'ipAddresses')?.items ?? []).map(({ value }) => String(value));
  const origin = at(spec, 'dnsNames')?.origin ?? at(spec, 'secretName')?.origin ?? root.origin;
  const uncovered: Problem = {
    code: 'certificate-names',
    severity: 'fail',
    origin,
    message: `dnsNames do not cover the pods of ${profiles[owner.component].title}, whose callers dial ${pod}`,
    remediation: `add "*.${set}-peer.${namespace}.svc" to dnsNames`,
  };
  const local: Problem = {
    code: 'certificate-names',
    severity: 'note',
    origin: at(spec, 'ipAddresses')?.origin ?? origin,
    message: 'ipAddresses lack 127.0.0.1, by which tools and probes inside the pod call it',
    remediation: 'add 127.0.0.1 and ::1 to ipAddresses',
  };
  return [
    ...(dnsNames.some((name) => covers(name, pod)) ? [] : [uncovered]),
    ...(addresses.includes('127.0.0.1') || dnsNames.includes('localhost') ? [] : [local]),
  ];
}

/** A wildcard stands for the first label. */
function covers(name: string, host: string): boolean {
  return name === host || (name.startsWith('*.') && name.slice(1) === host.slice(host.indexOf('.')));
}

/** Only where the file has a Certificate of this cluster: else they are elsewhere. */
function secrets(root: YamlValue, certificates: readonly YamlValue[]): readonly Problem[] {
  const cluster = textAt(root, 'metadata', 'name') ?? '';
  const spec = at(root, 'spec');
  const written = certificates.flatMap((one) => textAt(one, 'spec', 'secretName') ?? []);
  const ofCluster = written.some((name) => ownerOf(name)?.cluster === cluster);
  if (at(spec, 'tlsCluster', 'enabled')?.value !== true || !ofCluster) {
    return [];
  }
  return componentNames.flatMap((component): readonly Problem[] => {
    const section = spec?.entries?.get(component);
    const secret = `${cluster}-${component}-cluster-secret`;
    const near = nearest(
      secret,
      written.filter((name) => !spec?.entries?.has(ownerOf(name)?.component ?? '')),
    );
    return section === undefined || written.includes(secret)
      ? []
      : [
          {
            code: 'certificate-secret',
            severity: 'warn',
            origin: section.key,
            message: `no Certificate in this file writes the Secret ${secret}, which the pods of ${component} mount`,
            remediation: `write secretName: ${secret} ${near === undefined ? 'in a Certificate of its own' : `instead of ${near}`}`,
          },
        ];
  });
}
