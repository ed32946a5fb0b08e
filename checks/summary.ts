import type { Finding, Status } from './finding.js';

export type Summary = Readonly<Record<Status, number>>;

export function summarize(findings: readonly Finding[]): Summary {
  const count = (status: Status) => findings.filter((finding) => finding.status === status).length;
  return { pass: count('pass'), warn: count('warn'), fail: count('fail'), unknown: count('unknown') };
}
