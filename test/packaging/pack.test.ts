import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { root } from '../../packaging/root.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

/** What git would take, copied elsewhere, with the libraries of here. */
function copyOfTree(t: Test): string {
  const folder = join(temporaryDirectory(t), 'copy');
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' });
  for (const file of files.trim().split('\n')) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(root, file), join(folder, file));
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

interface Packed {
  readonly digest: string;
  readonly names: readonly string[];
}

/** Packs with this file mode mask and time zone. */
async function pack(folder: string, umask: string, zone: string): Promise<Packed> {
  const { stdout } = await promisify(execFile)('/bin/sh', ['-c', `umask ${umask} && npm pack --json --silent`], {
    cwd: folder,
    env: { ...process.env, TZ: zone },
  });
  const [{ filename, files }] = JSON.parse(stdout);
  const digest = createHash('sha256')
    .update(readFileSync(join(folder, filename)))
    .digest('hex');
  return { digest, names: files.map(({ path }: { path: string }) => path) };
}

t.test('two copies of the tree give the same package, byte for byte', async (t) => {
  const [first, second] = [copyOfTree(t), copyOfTree(t)];
  // The build output of a removed module must not be packed.
  mkdirSync(join(second, 'dist'));
  writeFileSync(join(second, 'dist/left-over.js'), '');
  const [one, other] = await Promise.all([pack(first, '022', 'UTC'), pack(second, '077', 'Asia/Shanghai')]);
  t.equal(one.digest, other.digest);

  const { names } = one;
  t.strictSame(names, other.names);
  const wanted = [
    'dist/agent/cli/main.js',
    'dist/agent/library.d.ts',
    'dist/credentials/verifiers/go/verifier.wasm.gz',
    'dist/credentials/verifiers/go/LICENSE',
    'deploy/systemd/tidb-mtls-agent.service',
    'LICENSE',
  ];
  t.strictSame(
    wanted.filter((name) => !names.includes(name)),
    [],
  );
  const foreign = names.filter(
    (name) => !/^(dist|deploy|docs|man)\/|^(package\.json|README(\.zh-CN)?\.md|CHANGELOG\.md|LICENSE)$/.test(name),
  );
  t.strictSame(foreign, []);
  t.strictSame(
    names.filter((name) => /^(test|bench|packaging)\/|(?<!\.d)\.ts$/.test(name)),
    [],
    'no tests, no sources',
  );
});
