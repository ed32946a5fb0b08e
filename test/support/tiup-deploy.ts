import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The start line of a component as TiUP's templates write it, by the name of its deploy directory. */
export function runScript(directory: string, command: string): string {
  return `#!/bin/bash
set -e

# WARNING: This file was auto-generated. Do not edit!
#          All your edit might be overwritten!
DEPLOY_DIR=${directory}

cd "\${DEPLOY_DIR}" || exit 1

echo -n 'sync ... '
stat=$(time sync || sync)
echo ok
exec ${command} 2>> "${directory}/log/stderr.log"
`;
}

/** Writes files below `directory`, with their folders. */
export function lay(directory: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
}

const warning = '# WARNING: This file is auto-generated. Do not edit! All your modification will be overwritten!\n';

/** A host of TiUP with PD, TiDB, TiKV and TiCDC: URLs and ports in the start scripts, little more than TLS paths in `conf/`. */
export function tiupHost(root: string): Readonly<Record<string, string>> {
  const script = (name: string, command: string) => runScript(join(root, name), command);
  const paths = (keys: readonly [string, string, string], name: string, role: string) =>
    ['ca.crt', `${role}.crt`, `${role}.pem`]
      .map((file, index) => `${keys[index]} = "${join(root, name, 'tls', file)}"\n`)
      .join('');
  const dashed = ['ca-path', 'cert-path', 'key-path'] as const;
  return {
    'pd-2379/conf/pd.toml': `${warning}[security]\n${paths(['cacert-path', 'cert-path', 'key-path'], 'pd-2379', 'pd')}`,
    'pd-2379/scripts/run_pd.sh': script(
      'pd-2379',
      `bin/pd-server \\
    --name="pd-10.0.1.1-2379" \\
    --client-urls="https://0.0.0.0:2379" \\
    --advertise-client-urls="https://10.0.1.1:2379" \\
    --peer-urls="https://0.0.0.0:2380" \\
    --advertise-peer-urls="https://10.0.1.1:2380" \\
    --initial-cluster="pd-10.0.1.1-2379=https://10.0.1.1:2380" \\
    --config=conf/pd.toml`,
    ),
    'tidb-4000/conf/tidb.toml': `${warning}[security]\n${paths(['cluster-ssl-ca', 'cluster-ssl-cert', 'cluster-ssl-key'], 'tidb-4000', 'tidb')}`,
    'tidb-4000/scripts/run_tidb.sh': script(
      'tidb-4000',
      `env GODEBUG=madvdontneed=1 bin/tidb-server \\
    -P 4000 \\
    --status="10081" \\
    --host="0.0.0.0" \\
    --advertise-address="10.0.1.1" \\
    --store="tikv" \\
    --path="10.0.1.1:2379" \\
    --config=conf/tidb.toml`,
    ),
    'tikv-20160/conf/tikv.toml': `${warning}[security]\n${paths(dashed, 'tikv-20160', 'tikv')}`,
    'tikv-20160/scripts/run_tikv.sh': script(
      'tikv-20160',
      `numactl --cpunodebind=0 --membind=0 bin/tikv-server \\
    --addr "0.0.0.0:20161" \\
    --advertise-addr "10.0.1.1:20161" \\
    --status-addr "0.0.0.0:20181" \\
    --advertise-status-addr '10.0.1.1:20181' \\
    --pd "10.0.1.1:2379" \\
    --config conf/tikv.toml`,
    ),
    'cdc-8300/conf/cdc.toml': warning,
    'cdc-8300/scripts/run_cdc.sh': script(
      'cdc-8300',
      `bin/cdc server \\
    --addr "0.0.0.0:8300" \\
    --advertise-addr "10.0.1.1:8300" \\
    --pd "https://10.0.1.1:2379" \\
    --ca tls/ca.crt \\
    --cert tls/cdc.crt \\
    --key tls/cdc.pem \\
    --config conf/cdc.toml`,
    ),
  };
}
