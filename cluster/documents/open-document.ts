import { ConfigError } from './config-error.js';
import type { ConfigDocument } from './document.js';
import { textOf } from './file-text.js';
import type { Problem } from './origin.js';
import { parseToml } from './toml.js';

/** A TOML file as a document; undefined, with a problem, when it cannot be read or parsed. */
export function openDocument(file: string, problems: Problem[]): ConfigDocument | undefined {
  const text = textOf(file, problems);
  try {
    return text === undefined ? undefined : parseToml(text, file);
  } catch (error: unknown) {
    if (error instanceof ConfigError) {
      problems.push(error.problem);
      return undefined;
    }
    throw error;
  }
}
