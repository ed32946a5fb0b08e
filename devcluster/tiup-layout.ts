import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ComponentName, EndpointName } from '../cluster/components/profile.js';
import { componentConfigs } from './configs.js';
import type { Member } from './members.js';

/** The input of a member's start script. */
interface ScriptContext {
  readonly name: string;
  /** The deploy directory. */
  readonly directory: string;
  readonly address: (endpoint: EndpointName) => string;
  readonly pdAddresses: readonly string[];
}

type Flags = (context: ScriptContext) => readonly string[];

/** The commands of TiUP's start scripts: URLs and ports are flags. The other components have them in their files. */
const commands: Readonly<Partial<Record<ComponentName, readonly [string, Flags]>>> = {
  pd: [
    'bin/pd-server',
    ({ name, address }) => [
      `--name="${name}"`,
      `--client-urls="https://${address('client')}"`,
      `--advertise-client-urls="https://${address('client')}"`,
      `--peer-urls="https://${address('peer')}"`,
      `--advertise-peer-urls="https://${address('peer')}"`,
      `--initial-cluster="${name}=https://${address('peer')}"`,
      '--config=conf/pd.toml',
    ],
  ],
  tidb: [
    'env GODEBUG=madvdontneed=1 bin/tidb-server',
    ({ address, pdAddresses }) => [
      '-P 4000',
      `--status="${address('status').split(':')[1]}"`,
      '--host="0.0.0.0"',
      '--advertise-address="127.0.0.1"',
      `--path="${pdAddresses.join(',')}"`,
      '--config=conf/tidb.toml',
    ],
  ],
  tikv: [
    'bin/tikv-server',
    ({ address, pdAddresses }) => [
      `--addr "${address('grpc')}"`,
      `--advertise-addr "${address('grpc')}"`,
      `--status-addr "${address('status')}"`,
      `--advertise-status-addr "${address('status')}"`,
      `--pd "${pdAddresses.join(',')}"`,
      '--config conf/tikv.toml',
    ],
  ],
  ticdc: [
    'bin/cdc server',
    ({ address, pdAddresses }) => [
      `--addr "${address('api')}"`,
      `--advertise-addr "${address('api')}"`,
      `--pd "${pdAddresses.map((one) => `https://${one}`).join(',')}"`,
      '--ca tls/ca.crt --cert tls/ticdc.crt --key tls/ticdc.pem',
      '--config conf/ticdc.toml',
    ],
  ],
};

const warning = '# WARNING: This file is auto-generated. Do not edit! All your modification will be overwritten!\n';

/**
 * Writes the files of a member as TiUP lays them out: its configuration keeps [security] alone, and the start script has the
 * rest. `directory` is its deploy directory.
 */
export async function layOutAsTiup(
  { name, component }: Member,
  directory: string,
  address: ScriptContext['address'],
  pdAddresses: readonly string[],
): Promise<void> {
  const [file = '', config = ''] = Object.entries(componentConfigs(component, { name, address, pdAddresses }))[0] ?? [];
  const [program, flags] = commands[component] ?? [];
  if (program === undefined || flags === undefined) {
    return;
  }
  const security = config.slice(config.indexOf('[security]'));
  // TiUP gives TiCDC its paths by flags.
  const kept = component === 'ticdc' ? security.replace(/^(ca|cert|key)-path = .*\n/gm, '') : security;
  const words = [program, ...flags({ name, directory, address, pdAddresses })];
  await writeFile(join(directory, 'conf', file), `${warning}${kept}`);
  await mkdir(join(directory, 'scripts'), { recursive: true });
  await writeFile(
    join(directory, 'scripts', `run_${component}.sh`),
    `#!/bin/bash
set -e

${warning}DEPLOY_DIR=${directory}

cd "\${DEPLOY_DIR}" || exit 1
exec ${words.join(' \\\n    ')} 2>> "${directory}/log/stderr.log"
`,
  );
}
