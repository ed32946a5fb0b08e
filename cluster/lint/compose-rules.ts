import type { Problem } from '../documents/origin.js';
import { at, textAt, type YamlValue } from '../documents/yaml.js';

/** PD that is started with http URLs although certificates are mounted: flags override the file. */
export function lintCompose(root: YamlValue): readonly Problem[] {
  return [...(at(root, 'services')?.entries?.values() ?? [])].flatMap(({ value: service }) => {
    const isPd = /(^|\/)pd(:|$)/.test(textAt(service, 'image') ?? '');
    const volumes = at(service, 'volumes')?.items ?? [];
    const mounted = volumes.some(({ value }) => typeof value === 'string' && /cert|tls|ssl|pki/i.test(value));
    const flags = at(service, 'command')?.items ?? [];
    const plain = flags.find(({ value }) => typeof value === 'string' && /^--(client|peer)-urls=http:\/\//.test(value));
    return !isPd || !mounted || plain === undefined
      ? []
      : [
          {
            code: 'compose-plaintext-url',
            severity: 'warn' as const,
            origin: plain.origin,
            message:
              'certificates are mounted, but the flags of PD have http URLs, which override its file: it serves plaintext',
            remediation: `write ${String(plain.value).replace('http://', 'https://')}, and https in every URL of PD`,
          },
        ];
  });
}

export const composeRuleTitles: Readonly<Record<string, string>> = {
  'compose-plaintext-url': 'A Compose service of PD with certificates mounted and http URLs in its flags',
};
