import { posix } from 'node:path';
import { formatAddress } from '../../cluster/inventory/address.js';
import { type ShippedFile, shippedFile } from '../process/package-files.js';
import { renderAgentToml } from './agent-toml.js';
import type { PlannedMonitor, TiupPlan } from './tiup-plan.js';
import { renderAgentUnit, usualUnit } from './unit.js';

export const unitName = 'tidb-mtls-agent.service';

/** Where things are put on a host. `staging` is what TiUP's user may write. */
export interface Places {
  readonly staging: string;
  readonly program: string;
  readonly config: string;
  readonly unit: string;
  readonly history: string;
}

/** With a user's own systemd everything stays in that user's home. */
export function placesOf({ user, systemdMode }: Pick<TiupPlan, 'user' | 'systemdMode'>): Places {
  const home = posix.join('/home', user);
  const staging = posix.join(home, 'tidb-mtls-agent');
  return systemdMode === 'system'
    ? {
        staging,
        program: usualUnit.program,
        config: usualUnit.config,
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

/** TiUP takes rules from files of this ending only. */
const ruleFiles: readonly ShippedFile[] = [
  'deploy/tiup/tidb-mtls.rules.yml',
  'deploy/tiup/tidb-mtls.recording.rules.yml',
];

const dashboard: ShippedFile = 'deploy/grafana/tidb-mtls.json';

/** Everything that is written, by path below the output directory. */
export function tiupFiles(plan: TiupPlan, port: number): Readonly<Record<string, string>> {
  const { program, config, history } = placesOf(plan);
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

/** What Prometheus has to scrape, after what it scraped already. */
export function pushgatewaysOf(plan: TiupPlan, { pushgateways }: PlannedMonitor, port: number): readonly string[] {
  const agents = plan.hosts.map(({ host }) => formatAddress({ host, port }));
  return [...new Set([...pushgateways, ...agents])];
}
