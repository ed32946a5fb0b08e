import { profiles } from '../components/profiles.js';
import { lastOf } from '../documents/dotted-key.js';
import type { Problem } from '../documents/origin.js';
import type { Topology } from '../sources/topology.js';

/** The mistakes of a TiUP topology that concern TLS as a whole. */
export function lintTopology({ tls, settings, tlsOrigin }: Topology): readonly Problem[] {
  const found = new Map<string, Problem>();
  for (const { section, entries, files } of settings) {
    const { securityKeys } = profiles[section.component];
    for (const which of ['ca', 'cert', 'key'] as const) {
      const path = securityKeys[which];
      const entry = entries.get(path);
      // TiUP itself writes its own paths into meta.yaml.
      const isTiups = tls && entry?.value === files?.[which];
      if (entry !== undefined && entry.value !== '' && !isTiups && entry.keyOrigin.kind === 'file') {
        const where = `${entry.keyOrigin.line}:${entry.keyOrigin.column}`;
        found.set(where, tls ? overwritten(section.role, path, entry.keyOrigin) : withoutSwitch(path, entry.keyOrigin));
      }
    }
  }
  const lists = settings.flatMap(({ section, entries }) => {
    const list = entries.get(profiles[section.component].securityKeys.allowedCommonNames);
    return list === undefined || tls ? [] : [list];
  });
  return [
    ...found.values(),
    ...lists.map(
      ({ keyOrigin }): Problem => ({
        code: 'list-without-tls',
        severity: 'warn',
        origin: keyOrigin,
        message: 'an allow-list is set, but enable_tls is not: the cluster is plaintext',
        remediation: tlsOrigin.kind === 'file' ? 'under global write enable_tls: true' : '',
      }),
    ),
  ];
}

function withoutSwitch(path: string, origin: Problem['origin']): Problem {
  return {
    code: 'tls-keys-without-enable-tls',
    severity: 'warn',
    origin,
    message: `${path} is set, but enable_tls is not: TiUP starts the components with http URLs`,
    remediation: 'under global write enable_tls: true, and leave the paths to TiUP',
  };
}

function overwritten(role: string, path: string, origin: Problem['origin']): Problem {
  return {
    code: 'tls-path-overwritten',
    severity: 'warn',
    origin,
    message: `${path} is set here, but with enable_tls TiUP writes its own path tls/${role}.crt and its siblings over it`,
    remediation: `remove ${lastOf(path)} from the topology`,
  };
}

export const topologyRuleTitles: Readonly<Record<string, string>> = {
  'tls-keys-without-enable-tls': 'TLS paths in server_configs of a TiUP topology without enable_tls',
  'tls-path-overwritten': 'A TLS path in a TiUP topology with enable_tls, which TiUP overwrites',
};
