import { definitions } from '../../metrics/definitions.js';
import { type Alert, agent, cluster, least, most, type Recording, total } from './alert.js';

export const lastSeen = 'tidb_mtls:agent_last_seen_timestamp_seconds';

const build = definitions.buildInfo.name;
const finding = definitions.findingStatus.name;

/** How long a vanished agent is spoken of, in seconds. */
const remembered = 3 * 86_400;

/**
 * When each agent was scraped last. The rule reads its own result, so that an agent stays known after its series are
 * gone, and an hour without Prometheus forgets none. By instance alone: an upgraded agent is the same one.
 */
export const agentRecordings: readonly Recording[] = [
  {
    record: lastSeen,
    expr: `${most(agent, `timestamp(${build})`)} or (last_over_time(${lastSeen}[1h]) > time() - ${remembered})`,
  },
];

/** The agents themselves: who watches the watchers. */
export const agentAlerts: readonly Alert[] = [
  {
    name: 'agent_missing',
    level: 'warning',
    for: '5m',
    expr: `time() - ${lastSeen} > 120`,
    summary: 'an agent is not seen any more',
    value: 'seconds',
  },
  // 0 before the first time, so an agent that never finishes its first look is among them.
  {
    name: 'agent_stuck',
    level: 'critical',
    for: '5m',
    expr: `time() - ${least(agent, definitions.lastCheck.name)} > 900`,
    summary: 'an agent answers but has judged nothing for a quarter of an hour',
    value: 'seconds',
  },
  {
    name: 'agent_watches_nothing',
    level: 'warning',
    for: '15m',
    expr: `${total(agent, definitions.instances.name)} == 0`,
    summary: 'an agent knows no component',
  },
  {
    name: 'agent_versions_differ',
    level: 'warning',
    for: '24h',
    expr: `count by (${cluster}) (count by (${cluster}, version) (${build})) > 1`,
    summary: 'the agents of a cluster are of several versions',
  },
  {
    name: 'reload_failed',
    level: 'warning',
    for: '5m',
    expr: `${least(`${agent}, identity`, definitions.identityCurrent.name)} == 0`,
    summary: 'an agent cannot take the pair on disk; it presents an older one, or none',
  },
  {
    name: 'agent_config_not_reloaded',
    level: 'warning',
    for: '5m',
    expr: `${least(agent, definitions.configReloadOk.name)} == 0`,
    summary: "an agent's changed configuration could not be used; the one before is in force",
  },
  {
    name: 'web_config_not_reloaded',
    level: 'warning',
    for: '5m',
    expr: `${least(agent, definitions.webConfigReloadOk.name)} == 0`,
    summary: "the changed web configuration of an agent's page and metrics could not be used",
  },
  {
    name: 'file_events_missing',
    level: 'warning',
    for: '0s',
    expr: `${changes('sweep')} > ${changes('event')}`,
    summary: 'an agent sees changes of files by its sweep and not by events',
  },
  {
    name: 'labels_overwritten',
    level: 'warning',
    for: '15m',
    expr: `count by (${agent}) (${finding}{exported_instance!=""} or ${finding}{exported_component!=""}) > 0`,
    summary: 'the scrape job lacks honor_labels: true',
  },
];

function changes(detectedBy: 'sweep' | 'event'): string {
  return total(agent, `increase(${definitions.fileChanges.name}{detected_by="${detectedBy}"}[1d])`);
}
