import { posix } from 'node:path';
import { formatAddress } from '../../cluster/inventory/address.js';
import { type ShippedFile, shippedFile } from '../process/package-files.js';
import { renderAgentToml } from './agent-toml.js';
import type { PlannedMonitor, TiupPlan } from './tiup-plan.js';
import { defaultUnit, renderAgentUnit } from './unit.js';

export const unitName = 'tidb-mtls-agent.service';

/** Paths on a host. TiUP's user may write to `staging`. */
export interface HostPaths {
  readonly staging: string;
  readonly program: string;
  readonly config: string;
  readonly unit: string;
  readonly history: string;
}

/** With a user's systemd all of them are in the home directory of that user. */
export function hostPaths({ user, systemdMode }: Pick<TiupPlan, 'user' | 'systemdMode'>): HostPaths {
  const home = posix.join('/home', user);
  const staging = posix.join(home, 'tidb-mtls-agent');
  return systemdMode === 'system'
    ? {
        staging,
        program: defaultUnit.program,
        config: defaultUnit.config,
        unit: posix.join('/etc/systemd/system', unitName),
        history: '/var/lib/tidb-mtls-agent/history.jsonl',
      }
    : {
        staging,
        program: posix.join(staging, 'tidb-mtls-agent'),
        config: posix.join(staging, 'agent.toml'),
        unit: posix.join(home, '.config/systemd/user', unitName),
        history: posix.join(staging, 'history.jsonl'),
      };
}

/** TiUP loads only rule files whose name has this suffix. */
const ruleFiles: readonly ShippedFile[] = [
  'deploy/tiup/tidb-mtls.rules.yml',
  'deploy/tiup/tidb-mtls.recording.rules.yml',
];

const dashboard: ShippedFile = 'deploy/grafana/tidb-mtls.json';

/** The text of each file to write, by path below the output directory. */
export function tiupFiles(plan: TiupPlan, port: number): Readonly<Record<string, string>> {
  const { program, config, history } = hostPaths(plan);
  const { user, group, systemdMode } = plan;
  const unit = renderAgentUnit({ program, config, account: systemdMode === 'user' ? undefined : { user, group } });
  const perHost = plan.hosts.flatMap((host) => [
    [`hosts/${host.host}/agent.toml`, `${renderAgentToml(plan, host, port, history)}\n`] as const,
    [`hosts/${host.host}/${unitName}`, unit] as const,
  ]);
  const rules = ruleFiles.map((file) => [`prometheus/rules/${posix.basename(file)}`, shippedFile(file)] as const);
  const board = [`grafana/${posix.basename(dashboard)}`, shippedFile(dashboard)] as const;
  return Object.fromEntries([...perHost, ...rules, board]);
}

/** The scrape targets of Prometheus: the configured ones, then the agents. */
export function pushgatewaysOf(plan: TiupPlan, { pushgateways }: PlannedMonitor, port: number): readonly string[] {
  const agents = plan.hosts.map(({ host }) => formatAddress({ host, port }));
  return [...new Set([...pushgateways, ...agents])];
}
