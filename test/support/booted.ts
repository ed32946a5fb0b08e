import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Test } from 'tap';
import { errorMessage } from '../../credentials/error-text.js';
import { needs } from './peers.js';
import { temporaryDirectory } from './temporary-directory.js';

const repository = join(import.meta.dirname, '../..');

/** Options of a tap test that boots systemd in a container, which a container without rights cannot. */
export function bootable(): { readonly skip: string | false } {
  const mayMount = process.getuid?.() === 0 && spawnSync('unshare', ['--mount', 'true']).status === 0;
  return mayMount
    ? needs('/usr/bin/systemd-nspawn', 'systemd-container')
    : { skip: 'needs root, and the right to mount' };
}

export interface Booted {
  /** What the script wrote to /result/report.json. */
  readonly report: Readonly<Record<string, unknown>>;
  readonly console: string;
}

/**
 * Boots systemd with these unit files (by path below /etc/systemd/system) and runs one TypeScript file of the
 * repository as root in it. The script writes /result/report.json; its end powers off.
 */
export function boot(t: Test, units: Readonly<Record<string, string>>, script: string): Booted {
  const [folder, result] = [temporaryDirectory(t), temporaryDirectory(t)];
  const all = {
    'check.target': '[Unit]\nRequires=basic.target check.service\nAfter=basic.target\n',
    'check.service': `[Unit]
After=basic.target
SuccessAction=poweroff-force
FailureAction=poweroff-force
[Service]
Type=oneshot
TimeoutStartSec=600
WorkingDirectory=/opt/repository
ExecStart=/opt/node/node --import tsx ${script}
StandardOutput=file:/result/script.log
StandardError=inherit
`,
    ...units,
  };
  for (const [name, text] of Object.entries(all)) {
    const path = join(folder, name);
    spawnSync('mkdir', ['-p', dirname(path)]);
    writeFileSync(path, text);
  }
  const { stdout, stderr } = spawnSync(
    join(import.meta.dirname, 'boot-systemd.sh'),
    [repository, dirname(process.execPath), folder, result],
    { encoding: 'utf8', timeout: 700_000, killSignal: 'SIGTERM' },
  );
  const text = (name: string) => {
    try {
      return readFileSync(join(result, name), 'utf8');
    } catch (error: unknown) {
      return errorMessage(error);
    }
  };
  const console = `${stdout}${stderr}${text('script.log')}`;
  try {
    return { report: JSON.parse(text('report.json')), console };
  } catch (error: unknown) {
    throw new Error(`the script wrote no report\n${console}`, { cause: error });
  }
}
