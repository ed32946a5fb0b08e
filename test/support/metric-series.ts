import type { Series } from './promtool.js';

const endOfScenario = 90;

/**
 * The series of an exposition for promtool, constant for 90 minutes. Its clock begins at 0, so times are moved: `now` is
 * minute 30. The time of the last evaluation goes on, as in an agent that runs.
 */
export function seriesOf(exposition: string, now: Date): readonly Series[] {
  const offset = now.getTime() / 1000 - 1800;
  return exposition
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const space = line.lastIndexOf(' ');
      const series = line.slice(0, space);
      const value = Number(line.slice(space + 1));
      if (series.startsWith('tidb_mtls_last_check_timestamp_seconds')) {
        return { series, values: `0+60x${endOfScenario}` };
      }
      const moved = /_timestamp_seconds(\{|$)/.test(series) ? value - offset : value;
      return { series, values: `${moved}x${endOfScenario}` };
    });
}
