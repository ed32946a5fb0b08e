import type { Finding } from '../../checks/finding.js';
import { exceptionOf } from '../../checks/run-checks.js';

/** The most exceptions that are reported: more than there are checks, so further ones differ in their messages alone. */
const mostRemembered = 100;

/** Reports checks that failed themselves: each exception once, however often the check is run. */
export class CheckFailures {
  readonly #report: (check: string, exception: string) => void;
  readonly #reported = new Set<string>();

  constructor(report: (check: string, exception: string) => void) {
    this.#report = report;
  }

  found(findings: readonly Finding[]): void {
    for (const finding of findings) {
      const exception = exceptionOf(finding);
      const key = `${finding.check} ${exception}`;
      if (exception !== undefined && !this.#reported.has(key) && this.#reported.size < mostRemembered) {
        this.#reported.add(key);
        this.#report(finding.check, exception);
      }
    }
  }
}
