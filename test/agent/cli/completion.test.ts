import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { eventually } from '../../support/eventually.js';
import { needs } from '../../support/peers.js';
import { runAgent } from '../../support/run-agent.js';
import { readable } from '../../support/screen.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

/** A line up to the cursor, and what may follow: all of these, and none of those. */
const cases: readonly (readonly [line: string, all: readonly string[], none: readonly string[]])[] = [
  ['', ['run', 'check', 'lint', 'completion', 'help'], ['--matrix']],
  ['ch', ['check'], ['run']],
  ['check --out', ['--output'], ['--all']],
  ['check --output ', ['table', 'json', 'sarif', 'junit', 'prometheus'], ['--all']],
  ['lint --output ', ['sarif'], ['prometheus']],
  ['check --explain served', ['served-matches-file'], ['file-safe']],
  ['check --explain unknown-', ['unknown-key'], ['served-matches-file']],
  ['rehearse --component ti', ['tidb', 'tikv', 'tiflash', 'ticdc', 'tiproxy'].slice(0, 3), ['pd']],
  ['certs ', ['init', 'inspect'], ['--host']],
  ['completion ', ['bash', 'zsh', 'fish'], ['run']],
  ['help re', ['rehearse'], ['run']],
  ['check --config one', ['one two.toml'], ['other.toml']],
  ['lint oth', ['other.toml'], ['one two.toml']],
  ['certs inspect oth', ['other.toml'], ['init']],
];

/** A folder with the script and files to complete. */
async function folderWith(t: Test, shell: string): Promise<string> {
  const folder = temporaryDirectory(t);
  const { status, stdout } = await runAgent('completion', shell);
  t.equal(status, 0);
  writeFileSync(join(folder, `script.${shell}`), stdout);
  for (const name of ['one two.toml', 'other.toml']) {
    writeFileSync(join(folder, name), '');
  }
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'bin/tidb-mtls-agent'), '#!/bin/sh\n', { mode: 0o755 });
  return folder;
}

function check(t: Test, complete: (line: string) => readonly string[]): void {
  for (const [line, all, none] of cases) {
    const offered = complete(line);
    for (const word of all) {
      t.ok(offered.includes(word), `${line}… offers ${word}; offered ${offered.join(' ')}`);
    }
    for (const word of none) {
      t.notOk(offered.includes(word), `${line}… does not offer ${word}`);
    }
  }
}

t.test('bash', needs('/bin/bash', 'bash'), async (t) => {
  const folder = await folderWith(t, 'bash');
  const complete = (words: readonly string[]) => {
    const quoted = words.map((word) => `'${word}'`).join(' ');
    const code = `set -u; . ./script.bash; COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _tidb_mtls_agent; printf '%s\\n' "\${COMPREPLY[@]+"\${COMPREPLY[@]}"}"`;
    const { stdout, stderr } = spawnSync('/bin/bash', ['--norc', '-c', code], { cwd: folder, encoding: 'utf8' });
    t.equal(stderr, '', words.join(' '));
    return stdout.split('\n');
  };
  check(t, (line) => complete(['tidb-mtls-agent', ...line.split(' ')]));
  t.ok(complete(['tidb-mtls-agent', 'check', '--output', '=']).includes('junit'), '--output=');
  t.strictSame(complete(['tidb-mtls-agent', 'check', '--output', '=', 'ju']).filter(Boolean), ['junit'], '--output=ju');
  t.strictSame(complete(['tidb-mtls-agent', 'check', '--timeout', '']).filter(Boolean), [], 'nothing for a duration');
});

t.test('fish', needs('/usr/bin/fish', 'fish'), async (t) => {
  const folder = await folderWith(t, 'fish');
  check(t, (line) => {
    const code = `source script.fish; complete -C 'tidb-mtls-agent ${line}'`;
    const { stdout, stderr } = spawnSync('/usr/bin/fish', ['--no-config', '-c', code], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, HOME: folder, PATH: `${join(folder, 'bin')}:${process.env.PATH}` },
    });
    t.equal(stderr, '', line);
    return stdout.split('\n').map((one) => (one.split('\t')[0] ?? '').replaceAll('\\ ', ' '));
  });
});

t.test('zsh', needs('/usr/bin/zsh', 'zsh'), async (t) => {
  const folder = await folderWith(t, 'zsh');
  for (const [line, all, none] of cases) {
    const offered = await onZsh(folder, line);
    for (const word of all) {
      t.ok(offered.includes(word.replaceAll(' ', '\\ ')), `${line}… offers ${word}; offered ${offered.join(' ')}`);
    }
    for (const word of none) {
      t.notOk(offered.includes(word), `${line}… does not offer ${word}`);
    }
  }
});

/** zsh completes in its line editor alone: matches are caught where it would show them. */
async function onZsh(folder: string, line: string): Promise<readonly string[]> {
  const setup = `
PS1='READY> '; zle_highlight=(none); autoload -Uz compinit; compinit -D -u -d ${folder}/dump; source ${folder}/script.zsh
compadd() {
  local -a hits
  builtin compadd -O hits "$@"
  print -rl -- "\${(@q)hits}" >> ${folder}/hits
  builtin compadd "$@"
}
done-widget() { zle complete-word; print done >> ${folder}/hits }
zle -N done-widget; bindkey '^T' done-widget
print SET''UP
`;
  writeFileSync(join(folder, 'setup.zsh'), setup);
  writeFileSync(join(folder, 'hits'), '');
  const child = spawn('/usr/bin/script', ['-qefc', 'zsh -f -i', '/dev/null'], {
    cwd: folder,
    env: { ...process.env, TERM: 'xterm', HOME: folder },
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  try {
    child.stdin.write(`source ${folder}/setup.zsh\r`);
    await eventually('zsh is set up', () => /^SETUP/m.test(readable(output)));
    child.stdin.write(`tidb-mtls-agent ${line}\u0014`);
    const hits = () => spawnSync('cat', [join(folder, 'hits')], { encoding: 'utf8' }).stdout.split('\n');
    await eventually(`zsh completed ${line}`, () => hits().includes('done'));
    return hits();
  } finally {
    child.kill('SIGKILL');
  }
}

t.test('an unknown shell, and none', async (t) => {
  t.match(await runAgent('completion', 'bsh'), { status: 2, stderr: /the shell is "bsh"\n.*did you mean bash\?/ });
  t.match(await runAgent('completion'), {
    status: 2,
    stderr: /completion needs a shell: bash, zsh, fish\n.*source <\(/,
  });
});
