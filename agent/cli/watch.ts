import type { Finding } from '../../checks/finding.js';
import type { Collector } from '../collect/collector.js';
import { elapsed } from '../collect/elapsed.js';
import { interrupted } from '../collect/interrupted.js';
import { changesOf } from '../report/diff.js';
import { linesOf, renderFindings } from '../report/findings-table.js';
import { coloured, type Terminal, terminalOf } from '../terminal/terminal.js';
import { fitting } from '../terminal/wrap.js';
import { checkFailuresOn } from './check-failures.js';
import { scan } from './scan.js';

export interface WatchOptions {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  readonly signal: AbortSignal;
  readonly all: boolean;
  readonly now: () => Date;
}

/** The screen is overwritten line by line, so that it does not flicker. */
const home = '\u001b[H';
const eraseRest = '\u001b[K';
const eraseBelow = '\u001b[J';

/**
 * Scans at the probe interval until the signal is aborted. A screen is drawn again after each scan; elsewhere the first
 * scan is printed whole and then what changes. Returns the findings of the last complete scan; throws OperatorError when
 * there is none.
 */
export async function watchFindings(first: Collector, options: WatchOptions): Promise<readonly Finding[]> {
  const { stdout, stderr, signal, now } = options;
  const { interval, negativeInterval } = first.config.probe;
  const failures = checkFailuresOn(stderr);
  let collector = first;
  let findings: readonly Finding[] | undefined;
  let probedAll = now();
  let refreshedAt = performance.now();
  let negativeProbesAt = Number.NEGATIVE_INFINITY;
  const draw = () => {
    if (findings !== undefined) {
      const lines = screenOf(findings, probedAll, interval, options);
      stdout.write(`${home}${lines.map((line) => `${line}${eraseRest}\n`).join('')}${eraseBelow}`);
    }
  };
  stdout.on('resize', draw);
  try {
    while (!signal.aborted) {
      const startedAt = performance.now();
      if (startedAt - refreshedAt >= collector.config.refresh) {
        collector = (await collector.refreshed()) ?? collector;
        refreshedAt = startedAt;
      }
      const negativeProbes = negativeInterval !== undefined && startedAt - negativeProbesAt >= negativeInterval;
      const seen = await scanOrStop(collector, negativeProbes, findings === undefined, options);
      if (seen === undefined) {
        break;
      }
      negativeProbesAt = negativeProbes ? startedAt : negativeProbesAt;
      const before = findings;
      [findings, probedAll] = [seen, now()];
      failures.found(seen);
      if (terminalOf(stdout).screen) {
        draw();
      } else {
        stdout.write(
          before === undefined ? whole(seen, options) : changes(before, seen, probedAll, terminalOf(stdout)),
        );
      }
      await elapsed(interval - (performance.now() - startedAt), signal);
    }
  } finally {
    stdout.off('resize', draw);
  }
  if (findings === undefined) {
    throw interrupted();
  }
  return findings;
}

/** Undefined when a later scan is interrupted; interrupting the first one is an error. */
async function scanOrStop(
  collector: Collector,
  negativeProbes: boolean,
  isFirst: boolean,
  { stderr, signal }: WatchOptions,
): Promise<readonly Finding[] | undefined> {
  try {
    await scan(collector, { negativeProbes, stderr, signal });
    return collector.evaluate();
  } catch (error: unknown) {
    if (signal.aborted && !isFirst) {
      return undefined;
    }
    throw error;
  }
}

function whole(findings: readonly Finding[], { stdout, all }: WatchOptions): string {
  return renderFindings(findings, { all, terminal: terminalOf(stdout) });
}

function changes(before: readonly Finding[], after: readonly Finding[], at: Date, terminal: Terminal): string {
  return changesOf(before, after)
    .flatMap(({ finding, gone }) => {
      const time = at.toISOString();
      const [line = '', ...remediation] = linesOf(
        gone ? { ...finding, status: 'pass', message: 'is gone' } : finding,
        terminal,
      );
      return [`${time} ${line}`, ...remediation];
    })
    .map((line) => `${line}\n`)
    .join('');
}

/** As much as fits into the window, worst first; then how many lines are hidden. */
function screenOf(findings: readonly Finding[], at: Date, interval: number, options: WatchOptions): readonly string[] {
  const terminal = terminalOf(options.stdout);
  const { columns = 80, rows = 24 } = terminal;
  const clock = `${at.toISOString().slice(11, 19)} UTC`;
  const head = fitting(`Scanned at ${clock}, every ${interval / 1000} s. Ctrl-C ends it.`, columns);
  const lines = whole(findings, options).trimEnd().split('\n');
  const summary = lines.pop() ?? '';
  const room = Math.max(1, rows - 5);
  const shown = lines.slice(0, room);
  const hidden = lines.length - shown.length;
  const more =
    hidden === 0
      ? []
      : [coloured(terminal, 'gray', fitting(`… ${hidden} more lines: see check without --watch`, columns))];
  return [coloured(terminal, 'gray', head), '', ...shown, ...more, summary];
}
