import { accessSync, constants } from 'node:fs';
import type { Finding, Status } from '../../../checks/finding.js';
import { rehearse as evaluate } from '../../../checks/rehearsal/rehearsal.js';
import { type ComponentName, componentNames } from '../../../cluster/components/profile.js';
import { profiles } from '../../../cluster/components/profiles.js';
import type { Instance } from '../../../cluster/inventory/inventory.js';
import type { Role } from '../../../credentials/verifiers/verifier.js';
import { Collector } from '../../collect/collector.js';
import { gatherRehearsal } from '../../collect/rehearse.js';
import { OperatorError, unreadable } from '../../config/error.js';
import type { Keys } from '../../config/key.js';
import { renderFindings } from '../../report/findings-table.js';
import { renderProblems } from '../../report/problem-lines.js';
import { printable } from '../../terminal/printable.js';
import { type Terminal, terminalOf } from '../../terminal/terminal.js';
import { wrap } from '../../terminal/wrap.js';
import { checkFailuresOn } from '../check-failures.js';
import { checkConfig, sourceOptions } from './check-config.js';
import type { Command, Invocation } from './command.js';
import { flagValues, keyOptions } from './key-flags.js';
import { findingPrinters, outputOptions, print } from './output.js';

/** The exit status by the result, which the last finding is. */
const rehearsalStatus: Readonly<Record<Status, number>> = { pass: 0, accepted: 0, warn: 0, fail: 1, unknown: 3 };

const roles: readonly Role[] = ['server', 'client'];

const candidateKeys = {
  component: {
    type: 'string',
    choices: componentNames,
    value: 'C',
    required: true,
    example: 'tikv',
    doc: `the component that the certificate is for: ${componentNames.join(', ')}`,
  },
  role: {
    type: 'string',
    choices: roles,
    value: 'R',
    example: 'server',
    doc: 'server or client, for a component with a certificate for each (TiProxy)',
  },
  cert: { type: 'path', required: true, example: 'new.crt', doc: 'the new certificate' },
  key: { type: 'path', required: true, example: 'new.key', doc: 'its key' },
  cacert: { type: 'path', example: 'new-ca.crt', doc: 'the CA file that is installed with it, if it changes' },
} as const satisfies Keys;

/** Flags of `check` that mean something else here, or nothing. */
const otherFlags = ['cacert', 'cert', 'key', 'no-negative-probes', 'resumption'];

export const rehearse: Command = {
  name: 'rehearse',
  summary: 'Verifies a new certificate against the cluster before a rotation. Installs nothing.',
  usage: [
    'rehearse --component C [--role R] --cert new.crt --key new.key [--cacert new-ca.crt] [--config agent.toml] [CONFIG_FILE…]',
  ],
  operands: { files: true },
  options: [
    ...keyOptions(candidateKeys),
    ...sourceOptions.filter(({ name }) => !otherFlags.includes(name)),
    ...outputOptions(['table', 'json', 'sarif', 'junit']),
    { name: 'all', help: 'list what passes, too' },
  ],
  run: runRehearse,
};

async function runRehearse(invocation: Invocation): Promise<number> {
  const { component, role, cert, key, cacert: ca } = flagValues(invocation, candidateKeys);
  // `check` reads these flags as the agent's certificate.
  const values = { ...invocation.values, cacert: undefined, cert: undefined, key: undefined };
  const config = checkConfig({ ...invocation, values });
  const now = () => new Date();
  const collector = await Collector.create(config, { now, onReload: () => undefined });
  if (!collector.inventory.instances.some((instance) => instance.component === component)) {
    invocation.stderr.write(renderProblems(collector.inventory.problems, terminalOf(invocation.stderr)));
    const hint = 'name its configuration file, --topology, --pd or --instance, or use --config';
    throw new OperatorError('nothing_to_rehearse', `no ${component} is known`, hint);
  }
  const candidate = { component, roles: rolesOf(collector.inventory.instances, component, role), ca, cert, key };
  for (const [flag, path] of Object.entries({ cacert: ca, cert, key })) {
    if (path !== undefined) {
      requireReadable(path, `--${flag}`);
    }
  }
  const findings = evaluate(await gatherRehearsal(collector, candidate, now(), invocation.signal));
  checkFailuresOn(invocation.stderr).found(findings);
  const terminal = terminalOf(invocation.stdout);
  await print(invocation, {
    table: () => tableOf(findings, invocation.values.all === true, terminal),
    ...findingPrinters(findings, 'fail'),
  });
  return rehearsalStatus[findings.at(-1)?.status ?? 'unknown'];
}

/** Throws OperatorError: a mistyped path would read as a failing rotation. */
function requireReadable(path: string, flag: string): void {
  try {
    accessSync(path, constants.R_OK);
  } catch (error: unknown) {
    throw unreadable('bad_flag', path, flag, error);
  }
}

/** Throws OperatorError where a role is needed, or not possible. */
function rolesOf(instances: readonly Instance[], component: ComponentName, role: Role | undefined): readonly Role[] {
  if (role === undefined && instances.some((one) => one.component === component && hasTwoCertificates(one))) {
    const message = `${component} has one certificate as a server and another as a client`;
    throw new OperatorError('bad_flag', message, 'add --role server or --role client');
  }
  if (role !== undefined && profiles[component].callerKeys === undefined) {
    const message = `${component} has one certificate for both roles`;
    throw new OperatorError('bad_flag', message, 'leave --role out');
  }
  return role === undefined ? roles : [role];
}

function hasTwoCertificates({ security: { cert, callsWith } }: Instance): boolean {
  return cert !== undefined && callsWith?.cert !== undefined && callsWith.cert.value !== cert.value;
}

/** The findings, then the steps of the rotation in their order. */
function tableOf(findings: readonly Finding[], all: boolean, terminal: Terminal): string {
  const { steps } = findings.at(-1)?.evidence ?? {};
  const lines = (Array.isArray(steps) ? steps : []).map(
    (step, index) => `${index + 1}. ${wrap(printable(step), terminal.columns, 3)}\n`,
  );
  return renderFindings(findings, { all, terminal }) + lines.join('');
}
