import { OperatorError } from '../../config/error.js';
import { bashCompletion } from '../completion/bash.js';
import { fishCompletion } from '../completion/fish.js';
import { zshCompletion } from '../completion/zsh.js';
import { type Command, programName } from './command.js';
import { unknownChoice } from './parse.js';

const shells = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;
const names = Object.keys(shells);

/** `completion SHELL`; the table is passed as a function because it holds this command, too. */
export function completionCommand(commands: () => readonly Command[]): Command {
  return {
    name: 'completion',
    summary: 'A script that completes commands, flags and values in bash, zsh or fish.',
    usage: [`completion ${names.join('|')}`],
    operands: { words: names },
    options: [],
    run: async ({ positionals: [shell], stdout }) => {
      if (shell === undefined) {
        const hint = `as in: source <(${programName} completion bash)`;
        throw new OperatorError('bad_usage', `completion needs a shell: ${names.join(', ')}`, hint);
      }
      const script = Object.entries(shells).find(([name]) => name === shell)?.[1];
      if (script === undefined) {
        throw unknownChoice('the shell', shell, names);
      }
      stdout.write(script(commands()));
      return 0;
    },
  };
}
