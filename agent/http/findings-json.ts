import type { Finding } from '../../checks/finding.js';
import { summarize } from '../../checks/summary.js';

/** The stable document of `check --json` and `/api/v1/findings`. */
export function findingsDocument(findings: readonly Finding[]) {
  return { version: 1, summary: summarize(findings), findings };
}
