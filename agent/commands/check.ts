import { resolve } from 'node:path';
import { componentNames } from '../../cluster/profile.js';
import { type AgentConfig, defaultProbe, defaultWeb, readAgentConfig } from '../config.js';
import { parseDuration } from '../duration.js';
import { OperatorError } from '../error.js';
import { findingsDocument } from '../http/findings-json.js';
import { Observer } from '../observer.js';
import { observeOnce } from '../round.js';
import { renderFindings } from '../table.js';
import { type Command, type Invocation, text, texts } from './command.js';

export const check: Command = {
  name: 'check',
  summary: 'Looks once at every file and every port, and says what is wrong and how to mend it.',
  usage: 'check [--config agent.toml | [CONFIG_FILE…] [--instance C=HOST:PORT…] --cacert F --cert F --key F]',
  options: [
    { name: 'config', value: 'F', help: 'agent.toml' },
    { name: 'instance', value: 'C=ADDR', multiple: true, help: 'a component by its main port, as tikv=10.0.1.2:20160' },
    { name: 'cacert', value: 'F', help: "the CA that signed the cluster's certificates" },
    { name: 'cert', value: 'F', help: "the agent's own certificate" },
    { name: 'key', value: 'F', help: 'its key' },
    { name: 'timeout', value: 'D', help: 'of one probe (default 5s)' },
    { name: 'json', help: 'print the findings as JSON' },
    { name: 'all', help: 'list what passed, too' },
    { name: 'fail-on', value: 'S', help: 'warn or fail (default): what makes the exit status 1' },
  ],
  run: runCheck,
};

async function runCheck(invocation: Invocation): Promise<number> {
  const failOn = text(invocation, 'fail-on') ?? 'fail';
  if (failOn !== 'fail' && failOn !== 'warn') {
    throw new OperatorError('bad_flag', `--fail-on is "${failOn}"`, 'one of: warn, fail');
  }
  const config = configOf(invocation);
  const observer = new Observer(config, { now: () => new Date(), onReload: () => undefined });
  if (observer.inventory.instances.length === 0 && observer.inventory.problems.length === 0) {
    throw new OperatorError(
      'nothing_to_check',
      'no component is known',
      'name config files or --instance, or use --config',
    );
  }
  await observeOnce(observer, invocation.signal);
  const findings = observer.judge();
  const output =
    invocation.values.json === true
      ? `${JSON.stringify(findingsDocument(findings), null, 2)}\n`
      : renderFindings(findings, { all: invocation.values.all === true });
  invocation.stdout.write(output);
  return findings.some(({ status }) => status === 'fail' || (failOn === 'warn' && status === 'warn')) ? 1 : 0;
}

function configOf(invocation: Invocation): AgentConfig {
  const file = text(invocation, 'config');
  const timeout = timeoutOf(invocation);
  if (file !== undefined) {
    const config = { ...readAgentConfig(file), scope: 'cluster' as const };
    return timeout === undefined ? config : { ...config, probe: { ...config.probe, timeout } };
  }
  return {
    scope: 'cluster',
    security: securityOf(invocation),
    configs: invocation.positionals.map((path) => resolve(path)),
    instances: texts(invocation, 'instance').map(declaredOf),
    clients: [],
    probe: { ...defaultProbe, timeout: timeout ?? defaultProbe.timeout },
    web: defaultWeb,
  };
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
  const given = text(invocation, 'timeout');
  const milliseconds = given === undefined ? undefined : parseDuration(given);
  if (given !== undefined && (milliseconds === undefined || milliseconds === 0)) {
    throw new OperatorError('bad_flag', `--timeout ${given} is no duration`, 'write 5s or 500ms');
  }
  return milliseconds;
}
