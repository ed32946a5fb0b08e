import { afterEnable } from '../../checks/after-enable.js';
import { beforeEnable } from '../../checks/before-enable.js';
import type { Finding } from '../../checks/finding.js';
import { knownNames } from '../../checks/known-names.js';
import { instanceOf } from '../../cluster/component-config.js';
import type { Problem } from '../../cluster/inventory.js';
import { matrixOf } from '../../cluster/matrix.js';
import { formatProblem } from '../../cluster/origin.js';
import { profiles } from '../../cluster/profiles.js';
import { readDescribedFile } from '../../cluster/sources/described-file.js';
import { OperatorError } from '../error.js';
import { findingsDocument } from '../http/findings-json.js';
import { renderInventory } from '../inventory-table.js';
import { matrixDocument, renderMatrix } from '../matrix-table.js';
import { Observer } from '../observer.js';
import { observeOnce, refuseOnce } from '../round.js';
import { renderFindings } from '../table.js';
import { checkConfig, sourceOptions } from './check-config.js';
import { type Command, type Invocation, text, texts } from './command.js';

export const check: Command = {
  name: 'check',
  summary: 'Looks once at every file and every port, and says what is wrong and how to mend it.',
  usage:
    'check [--config agent.toml] [--pd URL…] [--topology F…] [--instance C=HOST:PORT…] [--cacert F --cert F --key F] [CONFIG_FILE…]',
  options: [
    ...sourceOptions,
    { name: 'inventory', help: 'print what is known of the cluster, and look at no port' },
    { name: 'matrix', help: 'print who may call whom, by lists and certificates, and look at no port' },
    { name: 'before-enable', help: 'whether tiup cluster tls enable would go through on --topology' },
    { name: 'after-enable', help: 'whether it did: every URL, registration and port' },
    { name: 'json', help: 'print as JSON' },
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
  if (invocation.values['before-enable'] === true) {
    return report(invocation, texts(invocation, 'topology').flatMap(readyToEnable), failOn);
  }
  const config = checkConfig(invocation);
  const observer = await Observer.create(config, { now: () => new Date(), onReload: () => undefined });
  if (observer.inventory.instances.length === 0 && observer.inventory.problems.length === 0) {
    const hint = 'name config files, --pd, --topology or --instance, or use --config';
    throw new OperatorError('nothing_to_check', 'no component is known', hint);
  }
  if (invocation.values.inventory === true) {
    const { inventory } = observer;
    write(invocation, inventory, () => renderInventory(inventory));
    return 0;
  }
  if (invocation.values.matrix === true) {
    await observer.readCredentials();
    const evidence = observer.evidence();
    const matrix = matrixOf(evidence.inventory, knownNames(evidence));
    write(invocation, matrixDocument(matrix), () => renderMatrix(matrix));
    return 0;
  }
  await observeOnce(observer, invocation.signal);
  if (config.probe.refusals !== undefined) {
    await refuseOnce(observer, invocation.signal);
  }
  const enabled = invocation.values['after-enable'] === true ? afterEnable(observer.evidence()) : undefined;
  return report(invocation, enabled ?? observer.judge(), failOn);
}

function readyToEnable(file: string): readonly Finding[] {
  const problems: Problem[] = [];
  const read = readDescribedFile(file, problems);
  const [problem] = problems.filter(({ severity }) => severity === 'fail');
  if (problem !== undefined || read.kind !== 'topology') {
    const message = problem === undefined ? `${file} is no TiUP topology` : formatProblem(problem);
    throw new OperatorError('bad_topology', message, problem?.cure ?? 'name topology.yaml or meta.yaml');
  }
  const deployed = read.described.flatMap(({ component, document, second, host = '' }) => {
    const instance = instanceOf(profiles[component], document, [], second);
    return instance === undefined ? [] : [{ instance, host }];
  });
  return beforeEnable(read.topology, deployed);
}

function report(invocation: Invocation, findings: readonly Finding[], failOn: 'warn' | 'fail'): number {
  if (findings.length === 0) {
    throw new OperatorError('no_topology', '--before-enable needs --topology', 'name topology.yaml or meta.yaml');
  }
  write(invocation, findingsDocument(findings), () =>
    renderFindings(findings, { all: invocation.values.all === true || invocation.values['before-enable'] === true }),
  );
  return findings.some(({ status }) => status === 'fail' || (failOn === 'warn' && status === 'warn')) ? 1 : 0;
}

function write({ values, stdout }: Invocation, document: unknown, render: () => string): void {
  stdout.write(values.json === true ? `${JSON.stringify(document, null, 2)}\n` : render());
}
