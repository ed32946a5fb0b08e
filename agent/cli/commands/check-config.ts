import { resolve } from 'node:path';
import { componentNames } from '../../../cluster/components/profile.js';
import type { AgentConfig } from '../../config/agent-config.js';
import { OperatorError } from '../../config/error.js';
import { defaultProbe, defaultRefresh, defaultWeb, readAgentConfig, requirePdUrl } from '../../config/load.js';
import { type Invocation, type OptionHelp, text, texts } from './command.js';
import { durationOf, shardFlag } from './flags.js';

/** The flags that say what is looked at, and as whom. */
export const sourceOptions: readonly OptionHelp[] = [
  { name: 'config', value: 'F', help: 'agent.toml; the other flags add to it' },
  { name: 'pd', value: 'URL', multiple: true, help: 'a PD, asked for the rest of the cluster' },
  { name: 'topology', value: 'F', multiple: true, help: 'TiUP topology, meta.yaml, or Kubernetes manifest' },
  { name: 'instance', value: 'C=ADDR', multiple: true, help: 'a component by its main port, as tikv=10.0.1.2:20160' },
  { name: 'host', value: 'H', help: "the name by which callers reach this node's components" },
  { name: 'cacert', value: 'F', help: "the CA that signed the cluster's certificates" },
  { name: 'cert', value: 'F', help: "the agent's own certificate" },
  { name: 'key', value: 'F', help: 'its key' },
  { name: 'shard', value: 'I/N', help: 'one of N parts of the ports, counting from 0' },
  { name: 'timeout', value: 'D', help: 'how long one probe may take, as 5s or 500ms (default 5s)' },
  { name: 'resumption', help: 'also try whether a session lets a caller in again without its certificate' },
  { name: 'no-negative-probes', help: 'do not try whether strangers are refused' },
];

/** What agent.toml and flags say together. Throws OperatorError. */
export function checkConfig(invocation: Invocation): AgentConfig {
  const file = text(invocation, 'config');
  const base = file === undefined ? nothing : readAgentConfig(file);
  const timeout = timeoutOf(invocation);
  return {
    ...base,
    scope: 'cluster',
    host: text(invocation, 'host') ?? base.host,
    shard: shardFlag(invocation) ?? base.shard,
    security: securityOf(invocation) ?? base.security,
    configs: [...base.configs, ...invocation.positionals.map((path) => resolve(path))],
    topology: [...base.topology, ...texts(invocation, 'topology').map((path) => resolve(path))],
    pd: [...base.pd, ...pdUrlsOf(invocation)],
    instances: [...base.instances, ...texts(invocation, 'instance').map(declaredOf)],
    probe: {
      ...base.probe,
      timeout: timeout ?? base.probe.timeout,
      rejections: invocation.values['no-negative-probes'] === true ? undefined : base.probe.rejections,
      resumption: invocation.values.resumption === true || base.probe.resumption,
    },
  };
}

/** What holds where no file and no flag says anything. */
export const nothing: AgentConfig = {
  scope: 'cluster',
  security: undefined,
  configs: [],
  topology: [],
  pd: [],
  processes: false,
  refresh: defaultRefresh,
  instances: [],
  clients: [],
  probe: defaultProbe,
  wrongName: undefined,
  reload: 'observe',
  historyFile: undefined,
  web: defaultWeb,
  proxies: [],
};

/** What `--pd` names, several in one or several. Throws OperatorError. */
export function pdUrlsOf(invocation: Invocation): readonly string[] {
  const urls = texts(invocation, 'pd').flatMap((flag) => flag.split(',').map((url) => url.trim()));
  for (const url of urls) {
    requirePdUrl(url, (message, hint) => new OperatorError('bad_flag', `--pd: ${message}`, hint));
  }
  return urls;
}

function securityOf(invocation: Invocation): AgentConfig['security'] {
  const [ca, cert, key] = ['cacert', 'cert', 'key'].map((name) => text(invocation, name));
  if (ca === undefined && cert === undefined && key === undefined) {
    return undefined;
  }
  if (ca === undefined || cert === undefined || key === undefined) {
    throw new OperatorError('bad_flag', '--cacert, --cert and --key belong together', 'give all three');
  }
  return { ca: resolve(ca), cert: resolve(cert), key: resolve(key) };
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

function timeoutOf(invocation: Invocation): number | undefined {
  const milliseconds = durationOf(invocation, 'timeout');
  if (milliseconds === 0) {
    throw new OperatorError('bad_flag', '--timeout must be above 0', 'write 5s or 500ms');
  }
  return milliseconds;
}
