import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { OperatorError } from '../../config/error.js';
import type { Format, Keys } from '../../config/key.js';
import { defaults } from '../../config/load.js';
import { tiupFiles } from '../../deploy/tiup-files.js';
import { readTiupPlan } from '../../deploy/tiup-plan.js';
import { tiupSteps } from '../../deploy/tiup-steps.js';
import type { Command, Invocation } from './command.js';
import { flagValues, keyOptions } from './key-flags.js';
import { requireNew } from './new-directory.js';

const port: Format<number> = {
  parse: (text) => (/^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535 ? Number(text) : undefined),
  what: 'a port',
  hint: 'write a number from 1 to 65535',
};

const deployKeys = {
  topology: {
    type: 'path',
    required: true,
    example: '~/.tiup/storage/cluster/clusters/NAME/meta.yaml',
    doc: "the cluster's meta.yaml, or its topology",
  },
  output: {
    type: 'path',
    value: 'D',
    required: true,
    example: 'agents',
    doc: 'a new directory for what is written; nothing else is changed',
  },
  name: {
    type: 'string',
    value: 'N',
    example: 'prod',
    doc: "the cluster's name, where the path of meta.yaml does not have it",
  },
  port: {
    type: 'string',
    format: port,
    value: 'N',
    default: String(defaults.web.port),
    example: '10794',
    doc: 'port of page and metrics',
  },
} as const satisfies Keys;

export const deploy: Command = {
  name: 'deploy',
  summary: "Writes what a TiUP cluster's hosts need to run agents, and prints the commands that apply it.",
  usage: ['deploy tiup --topology meta.yaml --output DIRECTORY [--name CLUSTER] [--port N]'],
  options: keyOptions(deployKeys),
  run: runDeploy,
};

async function runDeploy(invocation: Invocation): Promise<number> {
  const [kind, stray] = invocation.positionals;
  if (kind !== 'tiup' || stray !== undefined) {
    const message =
      kind === undefined ? 'deploy needs a kind' : `deploy ${invocation.positionals.join(' ')} is unknown`;
    throw new OperatorError('bad_flag', message, 'write: deploy tiup');
  }
  const { topology, output, name, port } = flagValues(invocation, deployKeys);
  const plan = readTiupPlan(topology, name);
  // Files of an earlier run, for hosts that were removed, must not stay among the new ones.
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
