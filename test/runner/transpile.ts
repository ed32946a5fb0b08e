import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { transform } from 'esbuild';
import { globSync } from 'tinyglobby';
import { bundle } from '../../packaging/bundle.js';

export const root = join(import.meta.dirname, '../..');

/** JavaScript of the whole tree, in the same layout; it is made for tests only, `dist` is the program. */
export const output = join(root, '.tap-js');

const ignore = ['**/node_modules/**', '**/.*/**', 'dist*/**', 'agent/page/browser/**'];

/** Where the JavaScript of a source file is, both relative to the root. */
export function javaScriptOf(source: string): string {
  return join(output, source.replace(/\.ts$/, '.js'));
}

/** The program as few files, which start in a third of the time of `dist`: tests start hundreds of processes of it. */
const program = join(output, 'program/tidb-mtls-agent.mjs');

/** Writes the JavaScript of every TypeScript file that is newer than what was written last, and the program of all. */
export async function transpile(): Promise<void> {
  const sources = globSync('**/*.ts', { cwd: root, ignore }).filter(isNewer);
  await Promise.all(sources.map(transpileFile));
  if (sources.length > 0 || !existsSync(program)) {
    // Chunks have other names after a change.
    rmSync(dirname(program), { recursive: true, force: true });
    mkdirSync(dirname(program), { recursive: true });
    await bundle('chunks', program);
  }
}

function isNewer(source: string): boolean {
  const target = javaScriptOf(source);
  return !existsSync(target) || statSync(target).mtimeMs < statSync(join(root, source)).mtimeMs;
}

async function transpileFile(source: string): Promise<void> {
  const file = join(root, source);
  const target = javaScriptOf(source);
  const { code } = await transform(readFileSync(file, 'utf8'), {
    loader: 'ts',
    format: 'esm',
    target: 'node20',
    sourcefile: file,
    sourcemap: 'inline',
    sourcesContent: false,
    // Files that are read lie beside the source. What is run as a process is found with import.meta.resolve.
    define: {
      'import.meta.dirname': JSON.stringify(dirname(file)),
      'import.meta.url': JSON.stringify(pathToFileURL(file).href),
    },
  });
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, source.endsWith('.test.ts') ? withSubtest(code) : code);
}

/** A test file's `t` is the subtest that its file has in a shared process, and the root where it runs alone. */
function withSubtest(code: string): string {
  const module = pathToFileURL(javaScriptOf('test/runner/current.ts')).href;
  return code.replace('import t from "tap"', `import { current as t } from ${JSON.stringify(module)}`);
}
