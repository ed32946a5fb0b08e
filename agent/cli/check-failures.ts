import { CheckFailures } from '../sidecar/check-failures.js';
import { printable } from '../terminal/printable.js';

/** Reports checks that failed themselves on standard error, a line for each exception. */
export function checkFailuresOn(stderr: NodeJS.WritableStream): CheckFailures {
  return new CheckFailures((check, exception) =>
    stderr.write(`${printable(`the check ${check} itself failed: ${exception}`)}\n`),
  );
}
