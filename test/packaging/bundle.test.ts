import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { bundle } from '../../packaging/bundle.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { worksAlone } from '../support/works-alone.js';

t.test('the bundle does everything alone in an empty directory', async (t) => {
  const folder = temporaryDirectory(t);
  const file = join(folder, 'tidb-mtls-agent.mjs');
  await bundle('esm', file);
  t.strictSame(readdirSync(folder).sort(), ['THIRD-PARTY-NOTICES.txt', 'tidb-mtls-agent.mjs', 'verifier.wasm.gz']);
  t.ok(statSync(file).size < 6_000_000, `${statSync(file).size} bytes`);
  await worksAlone(t, { command: process.execPath, before: [file], directory: temporaryDirectory(t) });
});
