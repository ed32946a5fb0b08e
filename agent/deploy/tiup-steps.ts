import { join } from 'node:path';
import { formatAddress } from '../../cluster/inventory/address.js';
import { commandLine, shellQuoted } from './shell.js';
import { hostPaths, pushgatewaysOf, unitName } from './tiup-files.js';
import { listsWithoutAgents } from './tiup-lists.js';
import type { PlannedHost, PlannedMonitor, TiupPlan } from './tiup-plan.js';

/** The commands that install the files in `output`, as text for a person who runs them one after the other. */
export function tiupSteps(plan: TiupPlan, output: string, port: number, hasDashboard: boolean): string {
  const steps = [
    programSteps(plan),
    hostSteps(plan, output),
    ...(plan.prometheus.length === 0 ? [withoutPrometheus(plan, port)] : []),
    ...plan.prometheus.map((monitor) => prometheusSteps(plan, monitor, output, port)),
    ...(hasDashboard ? plan.grafana.map((monitor) => grafanaSteps(plan, monitor, output)) : []),
  ];
  const numbered = steps.map(([title = '', ...lines], index) => `# ${index + 1}. ${title}\n${lines.join('\n')}\n`);
  const before = listsWithoutAgents(plan).map((line) => `${line}\n`);
  return `# Run these on the machine that TiUP runs on, as its user. Keep ${output}: TiUP reads the rules there.\n${before.join('')}\n${numbered.join('\n')}`;
}

type Step = readonly string[];

function programSteps(plan: TiupPlan): Step {
  const { staging, program } = hostPaths(plan);
  const staged = join(staging, 'tidb-mtls-agent');
  const nodes = nodesFlag(plan.hosts);
  const architectures = [...new Set(plan.hosts.map(({ architecture }) => architecture))];
  return [
    'The program on every host, from the folder that it was built into: docs/install.md.',
    tiup('exec', plan, '--command', commandLine('mkdir', '-p', '-m', '0750', staging), ...nodes),
    ...architectures.map((architecture) => {
      const nodesOfIt = nodesFlag(plan.hosts.filter((host) => host.architecture === architecture));
      return tiup('push', plan, `tidb-mtls-agent-linux-${architecture}`, staged, ...nodesOfIt);
    }),
    program === staged
      ? tiup('exec', plan, '--command', commandLine('chmod', '0755', staged), ...nodes)
      : tiup('exec', plan, '--sudo', '--command', commandLine('install', '-m', '0755', staged, program), ...nodes),
  ];
}

function hostSteps(plan: TiupPlan, output: string): Step {
  const { staging, config, unit } = hostPaths(plan);
  const pushes = plan.hosts.flatMap(({ host, nodes }) =>
    ['agent.toml', unitName].map((name) =>
      tiup('push', plan, join(output, 'hosts', host, name), join(staging, name), '-N', nodes.join(',')),
    ),
  );
  const staged = (name: string) => join(staging, name);
  const start =
    plan.systemdMode === 'user'
      ? [
          commandLine('install', '-D', '-m', '0644', staged(unitName), unit),
          'systemctl --user daemon-reload',
          `systemctl --user enable ${unitName}`,
          // Starts it, or restarts it with the new files.
          `systemctl --user restart ${unitName}`,
        ]
      : [
          commandLine('install', '-D', '-m', '0640', '-g', plan.group, staged('agent.toml'), config),
          commandLine('install', '-m', '0644', staged(unitName), unit),
          'systemctl daemon-reload',
          `systemctl enable ${unitName}`,
          `systemctl restart ${unitName}`,
        ];
  const sudo = plan.systemdMode === 'user' ? [] : ['--sudo'];
  const nodes = nodesFlag(plan.hosts);
  const isActive = `systemctl ${plan.systemdMode === 'user' ? '--user ' : ''}is-active ${unitName}`;
  return [
    'Configuration and service of each host.',
    ...(plan.systemdMode === 'user'
      ? [`# Once for each host, as root, so that the service outlives the session: loginctl enable-linger ${plan.user}`]
      : []),
    ...pushes,
    tiup('exec', plan, ...sudo, '--command', start.join(' && '), ...nodes),
    tiup('exec', plan, '--command', isActive, ...nodes),
  ];
}

function prometheusSteps(plan: TiupPlan, monitor: PlannedMonitor, output: string, port: number): Step {
  const { folder, agentMode } = monitor;
  const address = formatAddress(monitor);
  const ownRules = join(output, 'prometheus/rules');
  const rules =
    folder === undefined
      ? stockRules(plan, monitor, ownRules)
      : [`cp ${shellQuoted(`${ownRules}/`)}*.rules.yml ${shellQuoted(`${folder}/`)}`];
  return [
    `Prometheus at ${address}: rules and scrape targets.`,
    ...(agentMode ? ['# It runs in agent mode and evaluates no rules: load them where it sends its data.'] : rules),
    commandLine('tiup', 'cluster', 'edit-config', plan.cluster),
    '# and under monitoring_servers, at this host:',
    ...(agentMode || folder !== undefined ? [] : [`#     rule_dir: ${JSON.stringify(ownRules)}`]),
    '#     pushgateway_addrs:',
    ...pushgatewaysOf(plan, monitor, port).map((one) => `#       - ${JSON.stringify(one)}`),
    commandLine('tiup', 'cluster', 'reload', plan.cluster, '-N', address),
    ...scrapeCheck(plan, monitor, port),
  ];
}

/** Commands that show whether Prometheus scrapes the agents. In agent mode it answers no queries. */
function scrapeCheck({ hosts }: TiupPlan, monitor: PlannedMonitor, port: number): readonly string[] {
  const api = `http://${formatAddress(monitor)}/api/v1`;
  return monitor.agentMode
    ? [
        `# A minute later its output has each of the ${hosts.length} agents:`,
        `curl -s ${api}/targets | grep -o '"scrapeUrl":"[^"]*:${port}/[^"]*"' | sort -u`,
      ]
    : [
        `# A minute later the value is ${hosts.length}, the number of agents:`,
        `curl -s '${api}/query?query=count(tidb_mtls_build_info)'`,
      ];
}

/** With `rule_dir` set, TiUP no longer loads its stock rules, so those in use are copied beside the agent's. */
function stockRules({ cluster }: TiupPlan, monitor: PlannedMonitor, folder: string): readonly string[] {
  const { directory, nodes } = monitor;
  const before = join(folder, '..', `${formatAddress(monitor)}.before.yml`);
  const pull = commandLine('tiup', 'cluster', 'pull', cluster, '-N', nodes.join(','));
  const ruleFile = (parent: string) => `${shellQuoted(`${parent}/`)}"$name"`;
  return [
    '(',
    `${pull} ${commandLine(`${directory}/conf/prometheus.yml`, before)} || exit`,
    `names=$(sed -n "s/^ *- '*\\([A-Za-z0-9_.-]*\\.rules\\.yml\\)'*$/\\1/p" ${shellQuoted(before)})`,
    'test -n "$names" || exit',
    'for name in $names; do',
    `  ${pull} ${ruleFile(`${directory}/bin/prometheus`)} ${ruleFile(folder)} || exit`,
    'done',
    `sed -i ${shellQuoted(`s/ENV_LABELS_ENV/${cluster}/g`)} ${shellQuoted(`${folder}/`)}*.rules.yml`,
    `) && echo "complete: $(ls ${shellQuoted(folder)})"`,
    '# Go on only if it says complete: rules that are not in this folder are no longer evaluated.',
  ];
}

function withoutPrometheus({ hosts }: TiupPlan, port: number): Step {
  return [
    'TiUP deployed no Prometheus in this cluster: let yours scrape the agents, with honor_labels: true.',
    ...hosts.map(({ host }) => `#   ${formatAddress({ host, port })}`),
  ];
}

/** Import through Grafana's page survives what TiUP does to the dashboards on disk. */
function grafanaSteps({ cluster }: TiupPlan, monitor: PlannedMonitor, output: string): Step {
  const { folder } = monitor;
  const file = join(output, 'grafana/tidb-mtls.json');
  const address = formatAddress(monitor);
  return [
    `Grafana at ${address}.`,
    ...(folder === undefined
      ? [`# Open http://${address}/dashboard/import and load ${file}`]
      : [commandLine('cp', file, folder), commandLine('tiup', 'cluster', 'reload', cluster, '-N', address)]),
  ];
}

function nodesFlag(hosts: readonly PlannedHost[]): readonly string[] {
  return ['-N', hosts.flatMap(({ nodes }) => nodes).join(',')];
}

function tiup(command: string, { cluster }: TiupPlan, ...args: readonly string[]): string {
  return commandLine('tiup', 'cluster', command, cluster, ...args);
}
