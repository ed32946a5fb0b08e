import { accessSync, constants } from 'node:fs';
import { resolve } from 'node:path';
import type { Finding } from '../../../checks/finding.js';
import { rehearse as evaluate } from '../../../checks/rehearsal/rehearsal.js';
import { type ComponentName, componentNames } from '../../../cluster/components/profile.js';
import { profiles } from '../../../cluster/components/profiles.js';
import type { Instance } from '../../../cluster/inventory/inventory.js';
import type { Role } from '../../../credentials/verifiers/verifier.js';
import { Collector } from '../../collect/collector.js';
import { gatherRehearsal } from '../../collect/rehearse.js';
import { OperatorError } from '../../config/error.js';
import { unreadable } from '../../config/unreadable.js';
import { renderFindings } from '../../report/findings-table.js';
import { findingsDocument } from '../../report/json.js';
import { junitOfFindings } from '../../report/junit.js';
import { renderProblems } from '../../report/problem-lines.js';
import { sarifOfFindings } from '../../report/sarif.js';
import { jsonText, printable } from '../../terminal/printable.js';
import { type Terminal, terminalOf } from '../../terminal/terminal.js';
import { wrap } from '../../terminal/wrap.js';
import { checkConfig, sourceOptions } from './check-config.js';
import { type Command, type Invocation, text } from './command.js';
import { formatOf, outputOptions } from './output.js';

const candidateFlags = ['cacert', 'cert', 'key'];
const roles: readonly Role[] = ['server', 'client'];

export const rehearse: Command = {
  name: 'rehearse',
  summary: 'Says before a rotation whether it would work: asks those who would meet the new pair. Installs nothing.',
  usage: [
    'rehearse --component C [--role R] --cert new.crt --key new.key [--cacert new-ca.crt] [--config agent.toml] [CONFIG_FILE…]',
  ],
  operands: { files: true },
  options: [
    {
      name: 'component',
      value: 'C',
      choices: componentNames,
      help: `whose pair it is to be: ${componentNames.join(', ')}`,
    },
    {
      name: 'role',
      value: 'R',
      choices: roles,
      help: 'for a component that has a pair for each (TiProxy), what the new one is used as: server or client',
    },
    { name: 'cert', value: 'F', help: 'the new certificate' },
    { name: 'key', value: 'F', help: 'its key' },
    { name: 'cacert', value: 'F', help: 'the CA file that will be installed with it, if it changes' },
    ...sourceOptions.filter(({ name }) => ![...candidateFlags, 'no-negative-probes', 'resumption'].includes(name)),
    ...outputOptions(['table', 'json', 'sarif', 'junit']),
    { name: 'all', help: 'list what passed, too' },
  ],
  run: runRehearse,
};

async function runRehearse(invocation: Invocation): Promise<number> {
  const component = componentNames.find((one) => one === text(invocation, 'component'));
  if (component === undefined) {
    throw new OperatorError('bad_flag', 'rehearse needs --component', `one of: ${componentNames.join(', ')}`);
  }
  const [ca, cert, key] = candidateFlags.map((flag) => text(invocation, flag));
  if (cert === undefined || key === undefined) {
    throw new OperatorError('bad_flag', 'rehearse needs --cert and --key', 'name the new pair, not yet installed');
  }
  // The flags of the candidate are no identity of the agent.
  const values = { ...invocation.values, cacert: undefined, cert: undefined, key: undefined };
  const config = checkConfig({ ...invocation, values });
  const now = () => new Date();
  const collector = await Collector.create(config, { now, onReload: () => undefined });
  if (!collector.inventory.instances.some((instance) => instance.component === component)) {
    invocation.stderr.write(renderProblems(collector.inventory.problems, terminalOf(invocation.stderr)));
    const hint = 'name its config file, --topology, --pd or --instance, or use --config';
    throw new OperatorError('nothing_to_rehearse', `no ${component} is known`, hint);
  }
  const candidate = {
    component,
    roles: rolesOf(collector.inventory.instances, component, text(invocation, 'role')),
    ...{ ca: ca === undefined ? undefined : resolve(ca), cert: resolve(cert), key: resolve(key) },
  };
  for (const [flag, path] of [
    ['cacert', ca],
    ['cert', cert],
    ['key', key],
  ] as const) {
    if (path !== undefined) {
      requireReadable(path, `--${flag}`);
    }
  }
  const findings = evaluate(await gatherRehearsal(collector, candidate, now(), invocation.signal));
  const { stdout, values: given } = invocation;
  switch (formatOf(invocation)) {
    case 'json':
      stdout.write(jsonText(findingsDocument(findings)));
      break;
    case 'sarif':
      stdout.write(jsonText(sarifOfFindings(findings)));
      break;
    case 'junit':
      stdout.write(junitOfFindings(findings, 'fail'));
      break;
    default:
      stdout.write(tableOf(findings, given.all === true, terminalOf(stdout)));
  }
  return findings.some(({ status }) => status === 'fail') ? 1 : 0;
}

/** Throws OperatorError: a rotation is not judged by a path that was mistyped. */
function requireReadable(path: string, flag: string): void {
  try {
    accessSync(path, constants.R_OK);
  } catch (error: unknown) {
    throw unreadable('bad_flag', path, flag, error);
  }
}

/** Throws OperatorError where a role has to be told, or makes no sense. */
function rolesOf(instances: readonly Instance[], component: ComponentName, given: string | undefined): readonly Role[] {
  const role = roles.find((one) => one === given);
  if (role === undefined && instances.some((one) => one.component === component && hasTwoPairs(one))) {
    const message = `${component} serves one pair and calls others with another`;
    throw new OperatorError('bad_flag', message, 'say --role server or --role client');
  }
  if (role !== undefined && profiles[component].callerKeys === undefined) {
    const message = `${component} uses one pair in both directions`;
    throw new OperatorError('bad_flag', message, 'leave --role out');
  }
  return role === undefined ? roles : [role];
}

function hasTwoPairs({ security: { cert, callsWith } }: Instance): boolean {
  return cert !== undefined && callsWith?.cert !== undefined && callsWith.cert.value !== cert.value;
}

/** The verdicts, then the steps of the rotation in their order. */
function tableOf(findings: readonly Finding[], all: boolean, terminal: Terminal): string {
  const { steps } = findings.at(-1)?.evidence ?? {};
  const lines = (Array.isArray(steps) ? steps : []).map(
    (step, index) => `${index + 1}. ${wrap(printable(step), terminal.columns, 3)}\n`,
  );
  return renderFindings(findings, { all, terminal }) + lines.join('');
}
