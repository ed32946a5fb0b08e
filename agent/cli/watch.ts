import type { Incident } from '../../checks/causes/cause.js';
import type { Finding } from '../../checks/finding.js';
import type { Collector } from '../collect/collector.js';
import { elapsed } from '../collect/elapsed.js';
import { interrupted } from '../collect/interrupted.js';
import { changesOf } from '../report/diff.js';
import { linesOf, renderFindings } from '../report/findings-table.js';
import { type Evaluated, goneLines, incidentLines, renderIncidents } from '../report/incidents-table.js';
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
  let last: Evaluated | undefined;
  let probedAll = now();
  let refreshedAt = performance.now();
  let negativeProbesAt = Number.NEGATIVE_INFINITY;
  const draw = () => {
    if (last !== undefined) {
      const lines = screenOf(last, probedAll, interval, options);
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
      const seen = await scanOrStop(collector, negativeProbes, last === undefined, options);
      if (seen === undefined) {
        break;
      }
      negativeProbesAt = negativeProbes ? startedAt : negativeProbesAt;
      const before = last;
      [last, probedAll] = [seen, now()];
      failures.found(seen.findings);
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
  if (last === undefined) {
    throw interrupted();
  }
  return last.findings;
}

/** Undefined when a later scan is interrupted; interrupting the first one is an error. */
async function scanOrStop(
  collector: Collector,
  negativeProbes: boolean,
  isFirst: boolean,
  { stderr, signal }: WatchOptions,
): Promise<Evaluated | undefined> {
  try {
    await scan(collector, { negativeProbes, stderr, signal });
    const findings = collector.evaluate();
    return { findings, incidents: collector.incidentsOf(findings) };
  } catch (error: unknown) {
    if (signal.aborted && !isFirst) {
      return undefined;
    }
    throw error;
  }
}

function whole(seen: Evaluated, { stdout, all, now }: WatchOptions): string {
  const terminal = terminalOf(stdout);
  return all ? renderFindings(seen.findings, { all, terminal }) : renderIncidents(seen, { terminal, now: now() });
}

/** Incidents that began or are gone, then changed findings that no incident explains. */
function changes(before: Evaluated, after: Evaluated, at: Date, terminal: Terminal): string {
  const isIn = ({ incidents }: Evaluated, { id }: Incident) => incidents.some((one) => one.id === id);
  const begun = after.incidents.filter((one) => !isIn(before, one)).map((one) => incidentLines(one, at, terminal));
  const gone = before.incidents.filter((one) => !isIn(after, one)).map((one) => goneLines(one, terminal));
  const explained = new Set([...before.incidents, ...after.incidents].flatMap(({ findings }) => findings));
  const rest = changesOf(
    before.findings.filter((finding) => !explained.has(finding)),
    after.findings.filter((finding) => !explained.has(finding)),
  ).map((change) =>
    linesOf(change.gone ? { ...change.finding, status: 'pass', message: 'is gone' } : change.finding, terminal),
  );
  return [...begun, ...gone, ...rest]
    .flatMap(([line = '', ...more]) => [`${at.toISOString()} ${line}`, ...more])
    .map((line) => `${line}\n`)
    .join('');
}

/** As much as fits into the window, worst first; then how many lines are hidden. */
function screenOf(seen: Evaluated, at: Date, interval: number, options: WatchOptions): readonly string[] {
  const terminal = terminalOf(options.stdout);
  const { columns = 80, rows = 24 } = terminal;
  const clock = `${at.toISOString().slice(11, 19)} UTC`;
  const head = fitting(`Scanned at ${clock}, every ${interval / 1000} s. Ctrl-C ends it.`, columns);
  const lines = whole(seen, options).trimEnd().split('\n');
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
