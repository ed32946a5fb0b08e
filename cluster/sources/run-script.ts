import { readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { errorCode } from '../../credentials/error-text.js';
import { orProblem } from '../documents/config-error.js';
import { readText } from '../documents/config-file.js';
import type { Problem } from '../documents/origin.js';
import type { Described } from '../inventory/described.js';
import { type Argument, describeCommandLine, isComponentProgram } from './flags.js';

/**
 * A component's file together with the flags of TiUP's start script, `scripts/run_*.sh` beside `conf/`: TiUP writes URLs and
 * ports into flags, and leaves the file nearly empty. The file alone where there is no such script for it.
 */
export function withRunScript(described: Described, problems: Problem[]): Described {
  const folder = dirname(resolve(described.document.file));
  if (described.completeness !== 'flags' || described.companion || basename(folder) !== 'conf') {
    return described;
  }
  const directory = dirname(folder);
  for (const script of scriptsIn(join(directory, 'scripts'))) {
    const args = orProblem(problems, () => argumentsIn(readText(script), script)) ?? [];
    const origin = { kind: 'file', file: script, line: 1, column: 1 } as const;
    // The problems of the file were found when it was read alone.
    const started = describeCommandLine({ args, directory, origin, title: script }, []);
    if (started !== undefined && resolve(started.document.file) === resolve(described.document.file)) {
      return started.component === described.component ? { ...started, origin: described.origin } : started;
    }
  }
  return described;
}

function scriptsIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /^run_.*\.sh$/.test(name))
      .map((name) => join(folder, name));
  } catch (error: unknown) {
    if (['ENOENT', 'EACCES', 'ENOTDIR'].includes(errorCode(error))) {
      return [];
    }
    throw error;
  }
}

/** The words of the command that starts the component, the program first; without the environment and numactl before it. */
function argumentsIn(text: string, file: string): readonly Argument[] {
  for (const words of commandsIn(text, file)) {
    const program = words.findIndex((word) => isComponentProgram(word.text));
    if (words[0]?.text === 'exec' && program >= 0) {
      const rest = words.slice(program);
      const redirected = rest.findIndex((word) => /^\d?>/.test(word.text));
      return redirected < 0 ? rest : rest.slice(0, redirected);
    }
  }
  return [];
}

/** A comment, the end of a line, a joined line, or one word with its quotes. */
const token = /\\\n|\n|[^\S\n]+|#[^\n]*|(?:"(?:\\.|[^"\\])*"|'[^']*'|\\[^\n]|[^\s"'\\])+/g;

/** The commands of a shell script as words with their positions. No variable is replaced. */
function commandsIn(text: string, file: string): readonly (readonly Argument[])[] {
  const commands: Argument[][] = [[]];
  let line = 1;
  let lineStart = 0;
  for (const { 0: found, index } of text.matchAll(token)) {
    if (found === '\n') {
      commands.push([]);
    } else if (found !== '\\\n' && !/^[\s#]/.test(found)) {
      const origin = { kind: 'file', file, line, column: index - lineStart + 1 } as const;
      commands.at(-1)?.push({ text: unquoted(found), origin });
    }
    for (const newline of found.matchAll(/\n/g)) {
      line++;
      lineStart = index + newline.index + 1;
    }
  }
  return commands;
}

function unquoted(word: string): string {
  return word.replace(
    /"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)/g,
    (_, double?: string, single?: string, escaped?: string) =>
      double === undefined ? (single ?? escaped ?? '') : double.replace(/\\(.)/g, '$1'),
  );
}
