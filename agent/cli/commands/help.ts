import { type Command, helpOf, overviewOf } from './command.js';
import { commandCalled } from './parse.js';

/** `help COMMAND`; the table is passed as a function because it holds this command, too. */
export function helpCommand(names: readonly string[], commands: () => readonly Command[]): Command {
  return {
    name: 'help',
    summary: 'The flags of one command.',
    usage: ['help COMMAND'],
    operands: { words: names },
    options: [],
    run: async ({ positionals: [name], stdout }) => {
      stdout.write(name === undefined ? overviewOf(commands()) : helpOf(commandCalled(name, commands())));
      return 0;
    },
  };
}
