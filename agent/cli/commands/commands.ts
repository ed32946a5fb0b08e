import { certs } from './certs.js';
import { check } from './check.js';
import type { Command } from './command.js';
import { completionCommand } from './completion.js';
import { demo } from './demo.js';
import { deploy } from './deploy.js';
import { helpCommand } from './help.js';
import { lint } from './lint.js';
import { proxy } from './proxy.js';
import { rehearse } from './rehearse.js';
import { run } from './run.js';

const working: readonly Command[] = [run, check, lint, rehearse, proxy, deploy, demo, certs];
const names = [...working.map(({ name }) => name), 'completion', 'help'];

/** Every command: `--help`, the completions and the manual page are derived from it. */
export const commands: readonly Command[] = [
  ...working,
  completionCommand(() => commands),
  helpCommand(names, () => commands),
];
