import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { programName } from '../../agent/cli/commands/command.js';
import { commands } from '../../agent/cli/commands/commands.js';
import { commandCalled, parseFlags } from '../../agent/cli/commands/parse.js';
import { errorMessage } from '../../credentials/error-text.js';
import { pageNames, readPage, root } from '../support/markdown.js';
import { callsOf, commandsOf } from '../support/page-commands.js';

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
const npmItself = ['ci', 'cit', 'install', 'pack', 'publish', 'pkg', 'sbom', 'view', 'audit', 'exec'];
const ownScripts = ['start', 'test'];

/** What the program itself says against a call; undefined when it takes it, or when it is not ours. */
function complaintOf([program = '', ...args]: readonly string[]): string | undefined {
  if (program === 'npm') {
    const [verb = '', script = ''] = args.filter((one) => !one.startsWith('-'));
    const name = verb === 'run' ? script : ownScripts.includes(verb) ? verb : undefined;
    return npmItself.includes(verb) || Object.hasOwn(scripts, name ?? '') ? undefined : `no script ${verb} ${script}`;
  }
  if (program !== programName || ['--version', '--help', 'version'].includes(args[0] ?? '')) {
    return undefined;
  }
  try {
    parseFlags(commandCalled(args[0] ?? '', commands), args.slice(1));
    return undefined;
  } catch (error: unknown) {
    return errorMessage(error);
  }
}

/** Whole commands in the text, as opposed to a name of one. */
const inText = new RegExp(`^(${programName} [a-z]|npm [a-z])`);

t.test('every command of every page is one that the program takes', async (t) => {
  let seen = 0;
  for (const name of pageNames.filter((page) => page !== 'CHANGELOG.md')) {
    const page = readPage(name);
    const lines = [
      ...commandsOf(page).map(({ value, line }) => ({ value: value.line, line })),
      ...page.spans.filter(({ value }) => inText.test(value)),
    ];
    const wrong = lines.flatMap(({ value, line }) =>
      callsOf(value).flatMap((call) => {
        seen += call[0] === programName ? 1 : 0;
        const complaint = complaintOf(call);
        return complaint === undefined ? [] : [`${name}:${line}: ${value}: ${complaint}`];
      }),
    );
    t.strictSame(wrong, [], name);
  }
  t.ok(seen > 30, `${seen} calls`);
});

t.test('a flag, a value, a command or a script that does not exist is seen', async (t) => {
  for (const line of [
    `${programName} check --confg agent.toml`,
    `true && ${programName} check --output yaml`,
    `npx ${programName} chek`,
    'npm run nothing',
    `${programName} certs inspect x.crt | ${programName} lint --quiet`,
  ]) {
    t.ok(
      callsOf(line).some((call) => complaintOf(call) !== undefined),
      line,
    );
  }
});
