import { spawnSync } from 'node:child_process';
import { root } from './root.js';

/** What `npm audit --json` says of what users get: known faults, or that this registry has no such service. */
export type Audit =
  | { readonly evaluated: true; readonly faults: number; readonly report: string }
  | { readonly evaluated: false; readonly reason: string };

/** Reads the document that `npm audit --json` prints. */
export function readAudit(json: string): Audit {
  const document: { metadata?: { vulnerabilities?: { total: number } }; message?: string } = JSON.parse(json);
  const total = document.metadata?.vulnerabilities?.total;
  return total === undefined
    ? { evaluated: false, reason: document.message ?? 'npm audit gave no report' }
    : { evaluated: true, faults: total, report: json };
}

if (process.argv[1]?.endsWith('audit.ts')) {
  const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { cwd: root, encoding: 'utf8' });
  const audit = readAudit(stdout);
  if (!audit.evaluated) {
    // A mirror without the service has no answer: the output says so, and it is no fault of the packages.
    console.log(`not audited: ${audit.reason}`);
  } else {
    console.log(audit.faults === 0 ? 'no known faults' : audit.report);
    process.exitCode = audit.faults === 0 ? 0 : 1;
  }
}
