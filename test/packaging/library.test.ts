import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { root } from '../../packaging/root.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

t.test('a program that imports the package gets the library and its types, and nothing else', async (t) => {
  const folder = temporaryDirectory(t);
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules/tidb-mtls-agent'));
  const use = `import { CredentialStore, type FindingsDocument } from 'tidb-mtls-agent';
const store = new CredentialStore({ ca: 'ca.crt', cert: 'tidb.crt', key: 'tidb.pem' });
export const generation: number = store.current().number;
export const failed = (document: FindingsDocument): number => document.summary.fail;
`;
  const compile = (text: string) => {
    writeFileSync(join(folder, 'use.mts'), text);
    const flags = [
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2022',
      '--skipLibCheck',
      '--types',
      'node',
    ];
    const roots = ['--typeRoots', join(root, 'node_modules/@types')];
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    return spawnSync(process.execPath, [tsc, ...flags, ...roots, 'use.mts'], { cwd: folder, encoding: 'utf8' });
  };
  t.match(compile(use), { status: 0, stdout: '' });
  t.match(compile(use.replace('.fail', '.failed')), { stdout: /Property 'failed' does not exist/ });
  const run = (code: string) =>
    spawnSync(process.execPath, ['--input-type=module', '-e', code], { cwd: folder, encoding: 'utf8' });
  const keys = run("console.log(Object.keys(await import('tidb-mtls-agent')).join())");
  t.match(keys, { status: 0, stdout: 'CredentialError,CredentialStore\n' });
  t.match(run("await import('tidb-mtls-agent/dist/agent/cli/main.js')"), { stderr: /ERR_PACKAGE_PATH_NOT_EXPORTED/ });
});
