import { checks } from './catalogue.js';
import type { Finding } from './finding.js';

const secondary: ReadonlySet<string> = new Set(checks.filter(({ decisive }) => decisive !== true).map(({ id }) => id));

/** The inconclusive findings that leave open whom a port accepts and rejects, or whether TLS was enabled. */
export function openQuestions(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ status, check }) => status === 'unknown' && !secondary.has(check));
}
