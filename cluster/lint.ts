import { readComponentConfig } from './component-config.js';
import type { ConfigDocument } from './document.js';
import type { Origin, Problem, Sourced } from './inventory.js';
import type { ComponentProfile } from './profile.js';
import { profiles } from './profiles.js';
import { Values } from './values.js';

export { formatProblem } from './origin.js';

/** The TLS mistakes of one component file, as far as the file alone proves them. Never throws. */
export function lintFile(file: string): readonly Problem[] {
  const { component, document, problems } = readComponentConfig(file);
  if (component === undefined || document === undefined) {
    return problems;
  }
  const profile = profiles[component];
  const found = [
    ...problems,
    ...foreignKeys(document, profile),
    ...incompleteKeys(document, profile),
    ...allowList(document, profile),
    ...(component === 'pd' ? pdSchemes(document, profile) : []),
  ];
  return found.sort((a, b) => lineOf(a.origin) - lineOf(b.origin));
}

/** Other components' spellings, and misspelt ones, of the three paths and the list. */
const aliases: Readonly<Record<string, keyof ComponentProfile['securityKeys']>> = {
  'ca-path': 'ca',
  'cacert-path': 'ca',
  ca_path: 'ca',
  'cluster-ssl-ca': 'ca',
  'cluster-ssl-ca-path': 'ca',
  'cert-path': 'cert',
  cert_path: 'cert',
  'cluster-ssl-cert': 'cert',
  'cluster-ssl-cert-path': 'cert',
  'key-path': 'key',
  key_path: 'key',
  'cluster-ssl-key': 'key',
  'cluster-ssl-key-path': 'key',
  'cert-allowed-cn': 'allowedCommonNames',
  cert_allowed_cn: 'allowedCommonNames',
  'cert-verify-cn': 'allowedCommonNames',
  'cluster-verify-cn': 'allowedCommonNames',
  'cluster-allowed-cn': 'allowedCommonNames',
};

function foreignKeys(document: ConfigDocument, profile: ComponentProfile): readonly Problem[] {
  return document.keys().flatMap(({ value: key, origin }) => {
    const inSecurity = /^(?:security\.)+([^.]+)$/.exec(key)?.[1];
    const meant = inSecurity === undefined ? undefined : aliases[inSecurity];
    if (inSecurity === undefined || (meant === undefined && !key.startsWith('security.security.'))) {
      return [];
    }
    const right = meant === undefined ? `security.${inSecurity}` : profile.securityKeys[meant];
    if (key === right) {
      return [];
    }
    const name = right.slice('security.'.length);
    const message = `${profile.title} does not know ${key}, so it counts as not set`;
    return [
      { code: 'unknown-key', severity: 'fail' as const, origin, message, cure: `under [security] write ${name} = …` },
    ];
  });
}

function incompleteKeys(document: ConfigDocument, profile: ComponentProfile): readonly Problem[] {
  const values = new Values(document, []);
  const { ca, cert, key } = profile.securityKeys;
  const keys = [ca, cert, key].map((name) => ({ name, set: values.string(name) }));
  const set = keys.filter((one) => one.set !== undefined);
  const first = set[0]?.set;
  if (first === undefined || set.length === keys.length) {
    return [];
  }
  const missing = keys.filter((one) => one.set === undefined).map(({ name }) => name.slice('security.'.length));
  const message = `TLS needs three keys, and ${missing.join(' and ')} is not set: ${profile.incompleteTls}`;
  return [
    {
      code: 'incomplete-tls',
      severity: 'fail',
      origin: first.origin,
      message,
      cure: `under [security] add ${missing.map((name) => `${name} = "…"`).join(', ')}`,
    },
  ];
}

function allowList(document: ConfigDocument, profile: ComponentProfile): readonly Problem[] {
  const values = new Values(document, []);
  const list = values.strings(profile.securityKeys.allowedCommonNames);
  if (list === undefined || list.value.length === 0) {
    return [];
  }
  const key = profile.securityKeys.allowedCommonNames.slice('security.'.length);
  const problems: Problem[] = [];
  if (list.value.some((entry) => (profile.trimsAllowList ? entry.trim() : entry) === '')) {
    const message = `an empty entry in ${key} admits certificates without a Common Name`;
    problems.push({ code: 'empty-name', severity: 'fail', origin: list.origin, message, cure: corrected(key, list) });
  }
  const unenforced = profile.endpoints.find((endpoint) => list.value.length < endpoint.callers.minimumEntries);
  if (unenforced !== undefined && values.string(profile.securityKeys.cert) !== undefined) {
    const message = `${key} with one entry is not enforced on the ${unenforced.title}: any certificate of the CA is let in`;
    problems.push({
      code: 'list-not-enforced',
      severity: 'warn',
      origin: list.origin,
      message,
      cure: `list at least ${unenforced.callers.minimumEntries} names in ${key}`,
    });
  }
  return problems;
}

function corrected(key: string, list: Sourced<readonly string[]>): string {
  return `write ${key} = ${JSON.stringify(list.value.filter((entry) => entry.trim() !== ''))}`;
}

function pdSchemes(document: ConfigDocument, profile: ComponentProfile): readonly Problem[] {
  const values = new Values(document, []);
  const hasCertificate = values.string(profile.securityKeys.cert) !== undefined;
  const keys = ['client-urls', 'peer-urls', 'advertise-client-urls', 'advertise-peer-urls'] as const;
  return keys.flatMap((key) => {
    const found = values.string(key);
    const urls = found?.value.split(',').map((url) => url.trim()) ?? [];
    const plain = urls.filter((url) => url.startsWith('http://'));
    if (found === undefined || plain.length === 0) {
      return [];
    }
    const cure = `write ${key} = "${found.value.replaceAll('http://', 'https://')}"`;
    const report = (code: string, message: string): readonly Problem[] => [
      { code, severity: 'fail', origin: found.origin, message, cure },
    ];
    if (plain.length < urls.length) {
      return report('mixed-schemes', `${key} has https and http: the plaintext URL lets anybody in`);
    }
    return hasCertificate
      ? report('plaintext-url', `${key} is http although certificates are set: PD serves plaintext`)
      : [];
  });
}

function lineOf(origin: Origin): number {
  return origin.kind === 'file' ? origin.line : 0;
}
