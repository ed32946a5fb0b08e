import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.js';

/**
 * Makes what `npm pack` takes the same wherever it is made: a build without what an earlier one left, and file modes that
 * do not tell the umask of the checkout, which npm keeps.
 */
rmSync(join(root, 'dist'), { recursive: true, force: true });
execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' });
for (const name of ['dist', 'deploy', 'docs', 'README.md', 'CHANGELOG.md', 'LICENSE', 'package.json']) {
  publicMode(join(root, name));
}

function publicMode(path: string): void {
  const status = statSync(path);
  if (status.isDirectory()) {
    for (const name of readdirSync(path)) {
      publicMode(join(path, name));
    }
  } else {
    chmodSync(path, (status.mode & 0o100) === 0 ? 0o644 : 0o755);
  }
}
