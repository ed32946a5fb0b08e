import { componentNames } from '../../../cluster/components/profile.js';
import type { Entry } from '../../../cluster/documents/document.js';
import type { AgentConfig } from '../../config/agent-config.js';
import { OperatorError } from '../../config/error.js';
import { isAgentConfig } from '../../config/is-agent-config.js';
import { readAgentConfig } from '../../config/load.js';
import { type Invocation, type OptionHelp, text, texts } from './command.js';
import { entryOf, flagDocument, flagEntries, keyOptions, keysNamed } from './key-flags.js';

const clusterKeys = keysNamed('cluster.pd', 'cluster.topology');
const agentKeys = keysNamed('host', 'security.ca-path', 'security.cert-path', 'security.key-path', 'shard');
const probeKeys = keysNamed('probe.timeout', 'probe.resumption');

/** The flags that say what is checked, and with which certificate. */
export const sourceOptions: readonly OptionHelp[] = [
  { name: 'config', value: 'F', help: 'agent.toml; the other flags add to it or override it' },
  ...keyOptions(clusterKeys),
  { name: 'instance', value: 'C=ADDR', multiple: true, help: 'a component by its main port, as tikv=10.0.1.2:20160' },
  ...keyOptions({ ...agentKeys, ...probeKeys }),
  { name: 'no-negative-probes', help: 'do not probe whether unauthorized clients are rejected' },
];

/** What agent.toml and flags say together. Throws OperatorError, or ConfigError with the location. */
export function checkConfig(invocation: Invocation): AgentConfig {
  const [mistaken] = invocation.positionals.filter(isAgentConfig);
  if (mistaken !== undefined) {
    throw new OperatorError(
      'bad_operand',
      `${mistaken} is the agent's configuration: write --config ${mistaken}`,
      'only files of components, topologies and manifests go without a flag',
    );
  }
  const given = flagEntries(invocation, { ...clusterKeys, ...agentKeys, ...probeKeys });
  const implied: readonly (readonly [string, Entry])[] = [
    ['scope', entryOf('cluster', { kind: 'default' })],
    ['cluster.configs', entryOf(invocation.positionals, { kind: 'default' })],
    ...(invocation.values['no-negative-probes'] === true
      ? [['probe.negative-interval', entryOf('off', { kind: 'flag', name: '--no-negative-probes' })] as const]
      : []),
  ];
  const config = readAgentConfig(text(invocation, 'config'), flagDocument(given, new Map(implied)));
  return { ...config, instances: [...config.instances, ...texts(invocation, 'instance').map(declaredOf)] };
}

function declaredOf(flag: string): AgentConfig['instances'][number] {
  const [name, address] = flag.split(/=(.*)/s);
  const component = componentNames.find((one) => one === name);
  if (component === undefined || address === undefined || address === '') {
    throw new OperatorError(
      'bad_flag',
      `--instance ${flag} is not component=host:port`,
      `component is one of: ${componentNames.join(', ')}`,
    );
  }
  return { component, address, origin: { kind: 'flag', name: '--instance' } };
}
