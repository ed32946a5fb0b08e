import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Test } from 'tap';
import { stringify } from 'yaml';
import { temporaryDirectory } from './temporary-directory.js';

type Topology = Readonly<Record<string, unknown>>;

/** Three kinds of hosts, two instances on one of them, Prometheus and Grafana on a fourth. */
export const usualTopology: Topology = {
  global: { user: 'tidb', enable_tls: true, deploy_dir: '/tidb-deploy' },
  pd_servers: [{ host: '10.0.1.1' }, { host: '10.0.1.2', client_port: 12379 }],
  tidb_servers: [{ host: '10.0.1.1' }],
  tikv_servers: [{ host: '10.0.1.3' }, { host: '10.0.1.3', port: 20161, status_port: 20181 }],
  monitoring_servers: [{ host: '10.0.1.8' }],
  grafana_servers: [{ host: '10.0.1.8' }],
};

/** Writes a meta.yaml where TiUP keeps that of cluster `prod`, and returns its path. */
export function writeMeta(
  t: Test,
  topology: Topology,
  more: Topology = { user: 'tidb', tidb_version: 'v8.5.0' },
): string {
  const file = join(temporaryDirectory(t), 'clusters/prod/meta.yaml');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, stringify({ ...more, topology }));
  return file;
}
