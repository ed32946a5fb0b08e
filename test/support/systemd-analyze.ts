import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { needs } from './peers.js';
import { temporaryDirectory } from './temporary-directory.js';

const program = '/usr/bin/systemd-analyze';

/** Options of a tap test that has systemd judge units. */
export const systemdAnalyze = needs(program, 'systemd');

/** Writes the units into one folder and has them verified together; what systemd complains of, empty when nothing. */
export function verifyUnits(t: Test, units: Readonly<Record<string, string>>): string {
  const folder = temporaryDirectory(t);
  const paths = Object.entries(units).map(([name, text]) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  });
  const { stdout, stderr, status } = spawnSync(program, ['verify', ...paths], { encoding: 'utf8' });
  return `${stdout}${stderr}${status === 0 ? '' : `exit status ${status}`}`;
}

/** The exposure that systemd sees in a unit: 0 locked away, 10 wide open. */
export function exposureOf(t: Test, unit: string): number {
  const path = join(temporaryDirectory(t), 'checked.service');
  writeFileSync(path, unit);
  const { stdout } = spawnSync(program, ['security', '--offline=true', '--no-pager', path], { encoding: 'utf8' });
  return Number(/exposure level for checked\.service: ([\d.]+)/.exec(stdout)?.[1]);
}
