import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { OperatorError } from '../../config/error.js';
import { defaultWeb } from '../../config/load.js';
import { tiupFiles } from '../../deploy/tiup-files.js';
import { readTiupPlan } from '../../deploy/tiup-plan.js';
import { tiupSteps } from '../../deploy/tiup-steps.js';
import { type Command, type Invocation, text } from './command.js';
import { requireNew } from './new-directory.js';

export const deploy: Command = {
  name: 'deploy',
  summary: "Writes what a TiUP cluster's hosts need to run agents, and prints the commands that apply it.",
  usage: ['deploy tiup --topology meta.yaml --output DIRECTORY [--name CLUSTER] [--port N]'],
  options: [
    { name: 'topology', value: 'F', help: "the cluster's meta.yaml, or its topology" },
    { name: 'output', value: 'D', help: 'a new directory for what is written; nothing else is changed' },
    { name: 'name', value: 'N', help: "the cluster's name, where the path of meta.yaml does not tell it" },
    { name: 'port', value: 'N', help: `where the agents serve page and metrics (default ${defaultWeb.port})` },
  ],
  run: runDeploy,
};

async function runDeploy(invocation: Invocation): Promise<number> {
  const [kind, stray] = invocation.positionals;
  if (kind !== 'tiup' || stray !== undefined) {
    const message =
      kind === undefined ? 'deploy needs a kind' : `deploy ${invocation.positionals.join(' ')}: not known`;
    throw new OperatorError('bad_flag', message, 'write: deploy tiup');
  }
  const topology = required(invocation, 'topology', '~/.tiup/storage/cluster/clusters/NAME/meta.yaml');
  const output = resolve(required(invocation, 'output', 'a new directory'));
  const port = portOf(text(invocation, 'port'));
  const plan = readTiupPlan(resolve(topology), text(invocation, 'name'));
  // What an earlier run wrote for hosts that are gone must not stay among the new.
  requireNew(output);
  const files = tiupFiles(plan, port);
  const steps = tiupSteps(plan, output, port, 'grafana/tidb-mtls.json' in files);
  for (const [path, content] of Object.entries({ ...files, 'steps.txt': steps })) {
    const file = join(output, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  const hosts = plan.hosts.map(({ host }) => host).join(', ');
  invocation.stdout.write(`# Written to ${output}, for ${hosts}. Nothing was changed there.\n${steps}`);
  return 0;
}

function required(invocation: Invocation, name: string, hint: string): string {
  const value = text(invocation, name);
  if (value === undefined) {
    throw new OperatorError('bad_flag', `deploy tiup needs --${name}`, `name ${hint}`);
  }
  return value;
}

function portOf(given: string | undefined): number {
  const port = given === undefined ? defaultWeb.port : Number(given);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new OperatorError('bad_flag', `--port ${given} is no port`, 'write a number from 1 to 65535');
  }
  return port;
}
