import { definitions } from '../../metrics/definitions.js';
import { type Alert, agent, cluster, least, most, type Recording, total } from './alert.js';

export const lastSeen = 'tidb_mtls:agent_last_seen_timestamp_seconds';

const build = definitions.buildInfo.name;
const finding = definitions.findingStatus.name;

/** How long an agent that is gone is reported, in seconds. */
const remembered = 3 * 86_400;

/**
 * When each agent was scraped last. The rule reads its own previous result, so an agent stays known after its series are
 * gone and after an hour without Prometheus. Only by instance: an agent with another version is the same agent.
 */
export const agentRecordings: readonly Recording[] = [
  {
    record: lastSeen,
    expr: `${most(agent, `timestamp(${build})`)} or (last_over_time(${lastSeen}[1h]) > time() - ${remembered})`,
  },
];

/** Alerts about the agents themselves. */
export const agentAlerts: readonly Alert[] = [
  {
    name: 'agent_missing',
    level: 'warning',
    for: '5m',
    expr: `time() - ${lastSeen} > 120`,
    summary: 'an agent is no longer scraped',
    value: 'seconds',
  },
  // The metric is 0 before the first evaluation, so an agent that never finishes its first scan is included.
  {
    name: 'agent_stuck',
    level: 'critical',
    for: '5m',
    expr: `time() - ${least(agent, definitions.lastCheck.name)} > 900`,
    summary: 'an agent has not evaluated its checks for 15 minutes',
    value: 'seconds',
  },
  {
    name: 'agent_watches_nothing',
    level: 'warning',
    for: '15m',
    expr: `${total(agent, definitions.instances.name)} == 0`,
    summary: 'an agent has found no TiDB component',
  },
  {
    name: 'agent_versions_differ',
    level: 'warning',
    for: '24h',
    expr: `count by (${cluster}) (count by (${cluster}, version) (${build})) > 1`,
    summary: 'the agents of a cluster have different versions',
  },
  {
    name: 'reload_failed',
    level: 'warning',
    for: '5m',
    expr: `${least(`${agent}, identity`, definitions.identityCurrent.name)} == 0`,
    summary: 'an agent cannot load the certificate and key on disk; it presents older ones, or none',
  },
  {
    name: 'agent_config_not_reloaded',
    level: 'warning',
    for: '5m',
    expr: `${least(agent, definitions.configReloadOk.name)} == 0`,
    summary: 'an agent could not load its changed configuration; the previous one stays in use',
  },
  {
    name: 'web_config_not_reloaded',
    level: 'warning',
    for: '5m',
    expr: `${least(agent, definitions.webConfigReloadOk.name)} == 0`,
    summary: 'an agent could not load its changed web configuration file',
  },
  {
    name: 'file_events_missing',
    level: 'warning',
    for: '0s',
    expr: `${changes('sweep')} > ${changes('event')}`,
    summary: 'an agent detects file changes by its sweep and not by file events',
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
