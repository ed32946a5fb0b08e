import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifierAsset } from '../credentials/verifiers/go/machine.js';
import { bundle } from './bundle.js';
import { verifierFile } from './go-verifier.js';
import { root } from './root.js';

/** The Node that the executables hold: of the LTS line, in a version that npm has for both machines. */
const nodeVersion = '24.21.0';

const architectures = ['x64', 'arm64'] as const;

type Architecture = (typeof architectures)[number];

/** Marks the place in Node's binary that says whether a program follows; Node's documentation gives it. */
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

export interface Embedding {
  /** The CommonJS bundle. */
  readonly program: string;
  /** The Node that the executable is made of. */
  readonly node: string;
  /** A Node of the same version that runs on this machine. */
  readonly host: string;
  readonly executable: string;
}

/** Writes an executable: a copy of Node with the program in it. */
export function embed({ program, node, host, executable }: Embedding): void {
  const [config, blob] = [`${program}.json`, `${program}.blob`];
  writeFileSync(
    config,
    JSON.stringify({
      main: program,
      output: blob,
      disableExperimentalSEAWarning: true,
      assets: { [verifierAsset]: verifierFile },
      // Compiled code is for one kind of machine only.
      useCodeCache: node === host,
    }),
  );
  execFileSync(host, ['--experimental-sea-config', config], { stdio: 'ignore' });
  copyFileSync(node, executable);
  chmodSync(executable, 0o755);
  const postject = join(root, 'node_modules/postject/dist/cli.js');
  execFileSync(process.execPath, [postject, executable, 'NODE_SEA_BLOB', blob, '--sentinel-fuse', fuse], {
    stdio: 'ignore',
  });
}

/** Writes `tidb-mtls-agent-linux-<architecture>` into the folder, of Node's binaries that npm has. */
async function buildExecutables(folder: string): Promise<readonly string[]> {
  const host = hostArchitecture();
  const work = mkdtempSync(join(tmpdir(), 'tidb-mtls-executable-'));
  const nodeOf = (architecture: Architecture) => join(work, `node_modules/node-linux-${architecture}/bin/node`);
  try {
    const packages = architectures.map((one) => `node-linux-${one}@${nodeVersion}`);
    // npm refuses the other architecture's package unless forced; it is a file to copy here, nothing to run.
    execFileSync('npm', ['install', '--silent', '--force', '--no-audit', '--no-fund', '--prefix', work, ...packages]);
    const program = join(work, 'agent.cjs');
    await bundle('commonjs', program);
    mkdirSync(folder, { recursive: true });
    copyFileSync(join(work, 'THIRD-PARTY-NOTICES.txt'), join(folder, 'THIRD-PARTY-NOTICES.txt'));
    return architectures.map((architecture) => {
      const executable = join(folder, `tidb-mtls-agent-linux-${architecture}`);
      embed({ program, node: nodeOf(architecture), host: nodeOf(host), executable });
      return executable;
    });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function hostArchitecture(): Architecture {
  const host = architectures.find((one) => one === process.arch);
  if (host === undefined || process.platform !== 'linux') {
    throw new Error(
      `executables are built on Linux on ${architectures.join(' or ')}, not on ${process.platform} ${process.arch}`,
    );
  }
  return host;
}

if (process.argv[1]?.endsWith('executable.ts')) {
  for (const file of await buildExecutables(join(root, 'dist-bundle'))) {
    console.log(file);
  }
}
