import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { errorCode } from '../../credentials/error-text.js';
import { editDistance } from '../documents/nearest.js';
import type { Rule } from './rule.js';

/** A file that is not here is usual, since the component is on another host. One with nearly its name beside it is not. */
export const nearFile: Rule = {
  code: 'near-file',
  severity: 'warn',
  title: 'A certificate file that does not exist, beside one with nearly the same name',
  run: ({ paths, values }) => {
    const resolved = paths.map(({ key }) => values.path(key));
    const used = new Set(resolved.map((path) => path?.value));
    return resolved.flatMap((path) => {
      const near = path === undefined || existsSync(path.value) ? undefined : nearTo(path.value, used);
      return path === undefined || near === undefined
        ? []
        : [
            {
              origin: path.origin,
              message: `${path.value} does not exist; ${near} does in the same folder`,
              remediation: `name ${near} there, or rename that file`,
            },
          ];
    });
  },
};

/** One letter or the case of letters differs, or the extension alone; not a file that another key names. */
function nearTo(path: string, used: ReadonlySet<string | undefined>): string | undefined {
  const wanted = basename(path);
  const others = namesIn(dirname(path)).filter((name) => !used.has(join(dirname(path), name)));
  const stem = (name: string) => basename(name, extname(name));
  const sameStem = others.filter((name) => stem(name) === stem(wanted));
  return (
    others.find((name) => name.toLowerCase() === wanted.toLowerCase() || editDistance(name, wanted) === 1) ??
    (sameStem.length === 1 ? sameStem[0] : undefined)
  );
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error: unknown) {
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'].includes(errorCode(error))) {
      return [];
    }
    throw error;
  }
}
