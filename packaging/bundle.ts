import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, parse } from 'node:path';
import { build } from 'esbuild';
import { shippedFiles } from '../agent/process/package-files.js';
import { errorCode } from '../credentials/error-text.js';
import { verifierAsset } from '../credentials/verifiers/go/machine.js';
import { verifierFile } from './go-verifier.js';
import { noticeOfGo, noticesOf } from './notices.js';
import { root } from './root.js';

/**
 * `esm` for Node to run; `commonjs` for a single executable, which takes nothing else; `chunks` as `esm`, with files of their
 * own for what is loaded later.
 */
export type BundleFormat = 'esm' | 'commonjs' | 'chunks';

/** Some libraries are CommonJS, and ask for what an ES module does not have. */
const commonJsInEsm = `import { createRequire as bundleRequire } from 'node:module';
import { fileURLToPath as bundlePath } from 'node:url';
const require = bundleRequire(import.meta.url);
const __filename = bundlePath(import.meta.url);
const __dirname = bundlePath(new URL('.', import.meta.url));`;

/** And some are ES modules that ask where they are. */
const esmInCommonJs = "const bundleUrl = require('node:url').pathToFileURL(__filename).href;";

/**
 * Writes the program with all its libraries, beside it the verifier that is Go's, which is no JavaScript, and the notices of
 * those libraries.
 */
export async function bundle(format: BundleFormat, outfile: string): Promise<void> {
  const files = Object.fromEntries(shippedFiles.flatMap((path) => entryOf(path)));
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['agent/cli/main.ts'],
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    metafile: true,
    // Notices go to their own file, complete; in the bundle they would only be those that a comment marks.
    legalComments: 'none',
    define: {
      bundledFiles: JSON.stringify(files),
      ...(format === 'commonjs' ? { 'import.meta.url': 'bundleUrl' } : {}),
    },
    ...(format === 'commonjs'
      ? { format: 'cjs', banner: { js: esmInCommonJs } }
      : { format: 'esm', banner: { js: commonJsInEsm } }),
    ...(format === 'chunks'
      ? { outdir: dirname(outfile), entryNames: parse(outfile).name, outExtension: { '.js': '.mjs' }, splitting: true }
      : { outfile }),
    logLevel: 'warning',
  });
  copyFileSync(verifierFile, join(outfile, '..', verifierAsset));
  const notices = noticesOf(Object.keys(metafile.inputs)) + noticeOfGo();
  writeFileSync(join(outfile, '../THIRD-PARTY-NOTICES.txt'), notices);
}

function entryOf(path: string): readonly (readonly [string, string])[] {
  try {
    return [[path, readFileSync(join(root, path), 'utf8')]];
  } catch (error: unknown) {
    if (errorCode(error) === 'ENOENT') {
      return [];
    }
    throw error;
  }
}

if (process.argv[1]?.endsWith('bundle.ts')) {
  mkdirSync(join(root, 'dist-bundle'), { recursive: true });
  await bundle('esm', join(root, 'dist-bundle/tidb-mtls-agent.mjs'));
}
