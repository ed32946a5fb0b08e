import { execFileSync } from 'node:child_process';
import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import type { DevCluster } from '../../devcluster/dev-cluster.js';
import type { FaultName } from '../../devcluster/faults.js';
import type { MemberName } from '../../devcluster/members.js';

/** Faults of a process, which end with its restart. */
export type Switched = readonly (readonly [MemberName, 'status' | 'client' | 'peer' | 'grpc', FaultName])[];

interface Step {
  readonly says: RegExp;
  readonly act: (cluster: DevCluster, found: readonly string[], switched: Switched) => Promise<void> | void;
}

/** What an operator does who reads the fixes of an incident: each sentence that names an action, on the dev cluster. */
const steps: readonly Step[] = [
  { says: /^touch (\S+)$/, act: (_cluster, [file = '']) => touch(file) },
  { says: /(openssl s_client .*)$/, act: (_cluster, [command = '']) => failing(command) },
  {
    says: /^add "([^"]+)" to the allow-list at (.+):(\d+):\d+$/,
    act: (_cluster, [name = '', file = '', line = '']) =>
      edited(file, Number(line), (text) => text.replace('[', `["${name}", `)),
  },
  {
    says: /^remove "([^"]+)" from the allow-list at (.+):(\d+):\d+$/,
    act: (_cluster, [name = '', file = '', line = '']) =>
      edited(file, Number(line), (text) => text.replace(new RegExp(`"${name}"(, )?`), '')),
  },
  {
    says: /^write \S+ first, then \S*\/(\w+)\/tls\/\S+$/,
    act: (cluster, [member = '']) => cluster.rotate(member as MemberName),
  },
  {
    says: /^add CN=.* to (\S*\/tls\/ca\.crt)/,
    act: ({ authority }, [file = '']) => writeFileSync(file, readFileSync(file, 'utf8') + authority.certificatePem),
  },
  { says: /^(chmod .+)$/, act: (_cluster, [command = '']) => void execFileSync('sh', ['-c', command]) },
  {
    says: /^(?:re)?start (tidb|pd|tikv)\b/,
    act: (cluster, [member = ''], switched) => restarted(cluster, member, switched),
  },
];

/** Applies the fixes in their order. Returns those that name no action which can be applied. */
export async function applyFixes(
  cluster: DevCluster,
  fixes: readonly string[],
  switched: Switched = [],
): Promise<readonly string[]> {
  const left: string[] = [];
  for (const fix of fixes) {
    const step = steps.find(({ says }) => says.test(fix));
    if (step === undefined) {
      left.push(fix);
    } else {
      await step.act(cluster, step.says.exec(fix)?.slice(1) ?? [], switched);
    }
  }
  return left;
}

function touch(file: string): void {
  const later = new Date(Date.now() + 1_000);
  utimesSync(file, later, later);
}

/** The command makes a handshake fail, and so fails itself. */
function failing(command: string): void {
  try {
    execFileSync('sh', ['-c', command], { stdio: 'ignore', timeout: 10_000 });
  } catch (error: unknown) {
    if (!(error instanceof Error && 'status' in error)) {
      throw error;
    }
  }
}

function edited(file: string, line: number, edit: (text: string) => string): void {
  const lines = readFileSync(file, 'utf8').split('\n');
  writeFileSync(file, lines.map((text, index) => (index === line - 1 ? edit(text) : text)).join('\n'));
}

async function restarted(cluster: DevCluster, member: string, switched: Switched): Promise<void> {
  for (const [name, endpoint, fault] of switched) {
    if (name === member) {
      await cluster.fault(name, endpoint, fault, false);
    }
  }
  cluster.restart(member as MemberName);
}
