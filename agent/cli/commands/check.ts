import { afterEnable } from '../../../checks/after-enable.js';
import { knownNames } from '../../../checks/allow-list.js';
import { beforeEnable } from '../../../checks/before-enable.js';
import type { Incident } from '../../../checks/causes/cause.js';
import { credentialKey } from '../../../checks/check.js';
import { counted } from '../../../checks/counted.js';
import type { Finding } from '../../../checks/finding.js';
import { componentOfIdentity } from '../../../checks/identity.js';
import { worstFirst } from '../../../checks/run-checks.js';
import { matrixOf } from '../../../cluster/access/matrix.js';
import type { Problem } from '../../../cluster/documents/origin.js';
import { formatProblem } from '../../../cluster/documents/origin.js';
import { instanceOf } from '../../../cluster/inventory/component-config.js';
import type { Inventory } from '../../../cluster/inventory/inventory.js';
import { readDescribedFile } from '../../../cluster/sources/described-file.js';
import { Collector } from '../../collect/collector.js';
import { credentialEntries } from '../../collect/credential-entries.js';
import { OperatorError } from '../../config/error.js';
import { renderReport } from '../../page/report.js';
import { readVersion } from '../../process/version.js';
import { explain, explainedIds, explanationOf } from '../../report/explanations.js';
import { renderFindings } from '../../report/findings-table.js';
import { renderIncidents } from '../../report/incidents-table.js';
import { renderInventory } from '../../report/inventory-table.js';
import { matrixDocument, renderMatrix } from '../../report/matrix-table.js';
import { renderProblems } from '../../report/problem-lines.js';
import { renderTextfile } from '../../report/textfile.js';
import { jsonText, printable } from '../../terminal/printable.js';
import { type Terminal, terminalOf } from '../../terminal/terminal.js';
import { checkFailuresOn } from '../check-failures.js';
import { type ExitRules, exitStatusOf } from '../exit-status.js';
import { scan } from '../scan.js';
import { watchFindings } from '../watch.js';
import { checkConfig, sourceOptions } from './check-config.js';
import { type Command, type Invocation, text, texts } from './command.js';
import { type Format, findingPrinters, formatOf, outputOptions, type Printers, print } from './output.js';
import { authorityBeside, withTiupClient } from './tiup-client.js';

export const check: Command = {
  name: 'check',
  summary: 'Reads every file and probes every port once, and prints what is wrong and how to fix it.',
  usage: [
    'check [--config agent.toml] [--pd URL…] [--topology F…] [--instance C=HOST:PORT…] [--cacert F --cert F --key F] [CONFIG_FILE…]',
    'check --explain ID',
  ],
  operands: { files: true },
  options: [
    ...sourceOptions,
    { name: 'inventory', help: 'print what is known of the cluster, and probe no port' },
    { name: 'matrix', help: 'print who may call whom, by allow-lists and certificates, and probe no port' },
    { name: 'before-enable', help: 'check whether tiup cluster tls enable would succeed on --topology' },
    { name: 'after-enable', help: 'check whether it did: every URL, registration and port' },
    { name: 'watch', help: 'repeat at the probe interval until Ctrl-C; a pipe gets what changes' },
    ...outputOptions(['table', 'json', 'sarif', 'junit', 'html', 'prometheus']),
    { name: 'findings', help: 'list every finding instead of the incidents that explain them' },
    { name: 'all', help: 'list every finding, with those that pass' },
    {
      name: 'fail-on',
      value: 'S',
      choices: ['warn', 'fail'],
      help: 'what makes the exit status 1: warn or fail (default fail)',
    },
    {
      name: 'allow-inconclusive',
      help: 'exit with 0 instead of 3 where whom a port accepts or rejects was not answered',
    },
    {
      name: 'explain',
      value: 'ID',
      choices: explainedIds,
      help: 'what a check or a lint rule means, when it fails, and how to fix it',
    },
  ],
  run: runCheck,
};

const findingFormats: readonly Format[] = ['table', 'json', 'sarif', 'junit'];

const now = () => new Date();

async function runCheck(invocation: Invocation): Promise<number> {
  const { values, stdout } = invocation;
  const explained = explanationOf(text(invocation, 'explain') ?? '');
  if (explained !== undefined) {
    stdout.write(explain(explained, terminalOf(stdout)));
    return 0;
  }
  if (values.watch === true && (values['before-enable'] === true || values['after-enable'] === true)) {
    throw new OperatorError(
      'bad_flag',
      '--watch goes with neither --before-enable nor --after-enable',
      'leave one out',
    );
  }
  if (values['before-enable'] === true) {
    return report(invocation, beforeEnabling(texts(invocation, 'topology')));
  }
  const collector = await collectorOf(invocation);
  if (values.inventory === true) {
    const { inventory } = collector;
    return write(invocation, inventory, inventory, (terminal) => renderInventory(inventory, terminal));
  }
  if (values.matrix === true) {
    return await writeMatrix(invocation, collector);
  }
  return values.watch === true ? await watch(invocation, collector) : await scanOnce(invocation, collector);
}

/** Throws OperatorError when there is nothing to check. */
async function collectorOf(invocation: Invocation): Promise<Collector> {
  const config = checkConfig(invocation);
  const asked = invocation.values['after-enable'] === true ? withTiupClient(config) : config;
  const collector = await Collector.create(asked, {
    now,
    onReload: () => undefined,
    onProbeFailure: ({ instance: { component, name } }, exception) =>
      invocation.stderr.write(`${printable(`the probe of ${component} ${name} itself failed: ${exception}`)}\n`),
  });
  const { instances, problems } = collector.inventory;
  if (instances.length === 0 && problems.length === 0) {
    const hint = 'name configuration files, --pd, --topology or --instance, or use --config';
    throw new OperatorError('nothing_to_check', 'no component is known', hint);
  }
  return collector;
}

async function writeMatrix(invocation: Invocation, collector: Collector): Promise<number> {
  await collector.readCredentials();
  const evidence = collector.evidence();
  const matrix = matrixOf(evidence.inventory, knownNames(evidence));
  return write(invocation, collector.inventory, matrixDocument(matrix), (terminal) => renderMatrix(matrix, terminal));
}

async function watch(invocation: Invocation, collector: Collector): Promise<number> {
  const { stdout, stderr, signal, values } = invocation;
  formatOf(invocation, ['table']);
  const findings = await watchFindings(collector, { stdout, stderr, signal, all: values.all === true, now });
  return exitStatusOf(findings, exitRulesOf(invocation));
}

async function scanOnce(invocation: Invocation, collector: Collector): Promise<number> {
  const { stderr, signal, values } = invocation;
  const isAfterwards = values['after-enable'] === true;
  // An impossible format is an error before the first probe.
  formatOf(invocation, isAfterwards ? findingFormats : [...findingFormats, 'html', 'prometheus']);
  const negativeProbes = collector.config.probe.negativeInterval !== undefined;
  await scan(collector, { negativeProbes, stderr, signal });
  const findings = isAfterwards ? afterEnable(collector.evidence()) : collector.evaluate();
  const prometheus = () =>
    renderTextfile({
      inventory: collector.inventory,
      credentials: credentialEntries(collector),
      observations: collector.observations(),
      findings,
      incidents,
      checkedAt: now(),
    });
  const incidents = collector.incidentsOf(findings);
  const probed = probedBy(collector);
  const html = () => renderReport({ findings, incidents, version: readVersion(), probed, now: now() });
  return isAfterwards
    ? report(invocation, findings, {}, { probed })
    : report(invocation, findings, { prometheus, html }, { probed, incidents });
}

/** What was probed with a certificate of the agent or of a component, as `11 ports of 6 instances`. */
function probedBy(collector: Collector): string {
  const observed = collector
    .observations()
    .filter(({ observation: { identity } }) => identity === 'agent' || componentOfIdentity(identity) !== undefined);
  const ports = new Set(observed.map(({ endpoint: { host, port } }) => `${host}:${port}`)).size;
  const instances = new Set(observed.map(({ instance }) => credentialKey(instance))).size;
  if (ports === 0) {
    const why = collector.config.security === undefined ? ': give --cacert, --cert and --key' : '';
    return `no port was probed with a certificate${why}`;
  }
  return `${counted(ports, 'port')} of ${counted(instances, 'instance')}`;
}

function beforeEnabling(files: readonly string[]): readonly Finding[] {
  if (files.length === 0) {
    throw new OperatorError('no_topology', '--before-enable needs --topology', 'name topology.yaml or meta.yaml');
  }
  return files.flatMap(readyToEnable);
}

function readyToEnable(file: string): readonly Finding[] {
  const problems: Problem[] = [];
  const read = readDescribedFile(file, problems);
  const [problem] = problems.filter(({ severity }) => severity === 'fail');
  if (problem !== undefined || read.kind !== 'topology') {
    const message = problem === undefined ? `${file} is not a TiUP topology` : formatProblem(problem);
    throw new OperatorError('bad_topology', message, problem?.remediation ?? 'name topology.yaml or meta.yaml');
  }
  const deployed = read.described.flatMap((described) => {
    const instance = instanceOf(described, []);
    return instance === undefined ? [] : [{ instance, host: described.host ?? '' }];
  });
  return beforeEnable(read.topology, deployed, authorityBeside(file, now()));
}

/** Prints findings; resolves to the exit status. `more`: formats that only this kind of check has. */
async function report(
  invocation: Invocation,
  given: readonly Finding[],
  more: Printers = {},
  { probed, incidents }: { readonly probed?: string; readonly incidents?: readonly Incident[] | undefined } = {},
): Promise<number> {
  const { values, stdout, stderr } = invocation;
  const findings = worstFirst(given);
  checkFailuresOn(stderr).found(findings);
  const failOn = failOnOf(invocation);
  const all = values.all === true || values['before-enable'] === true;
  const terminal = terminalOf(stdout);
  const table = () =>
    incidents === undefined || all || values.findings === true
      ? renderFindings(findings, { all, terminal, probed })
      : renderIncidents({ findings, incidents }, { terminal, now: now(), probed });
  await print(invocation, { table, ...findingPrinters(findings, failOn, incidents), ...more });
  return exitStatusOf(findings, exitRulesOf(invocation));
}

function failOnOf(invocation: Invocation): 'warn' | 'fail' {
  return text(invocation, 'fail-on') === 'warn' ? 'warn' : 'fail';
}

function exitRulesOf(invocation: Invocation): ExitRules {
  return { failOn: failOnOf(invocation), allowInconclusive: invocation.values['allow-inconclusive'] === true };
}

/** Prints the document, and the inventory's problems on stderr; the exit status is that of a check with these problems alone. */
async function write(
  invocation: Invocation,
  { problems }: Inventory,
  document: unknown,
  render: (terminal: Terminal) => string,
): Promise<number> {
  const { stdout, stderr } = invocation;
  await print(invocation, { table: () => render(terminalOf(stdout)), json: () => jsonText(document) });
  stderr.write(renderProblems(problems, terminalOf(stderr)));
  const failOn = failOnOf(invocation);
  return problems.some(({ severity }) => severity === 'fail' || severity === failOn) ? 1 : 0;
}
