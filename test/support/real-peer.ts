import { spawn } from 'node:child_process';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { Test } from 'tap';
import { Authority, type Issued } from '../../certs-dev/authority.js';
import { type BadKind, issueBad } from '../../certs-dev/bad.js';
import type { CredentialPaths } from '../../credentials/paths.js';
import { listenOnSteadyPort } from '../../devcluster/steady-port.js';
import type { Observation } from '../../probes/observation.js';
import type { Identity } from '../../probes/prober.js';
import { mountVolume } from './secret-volume.js';

export const authority = await Authority.create();
export const names = { commonName: 'TiDB-Server', dns: ['localhost'], ip: ['127.0.0.1'] };
export const versions = ['TLSv1.2', 'TLSv1.3'] as const;
export type Version = (typeof versions)[number];

/** Who asks: a pair or none, in exactly one version of TLS. */
export function identity(pair: Issued | undefined, version: Version, ca = authority.certificatePem): Identity {
  const agent = pair === undefined ? {} : { cert: pair.certificatePem, key: pair.keyPem };
  return {
    name: 'agent',
    secureContext: createSecureContext({ ca, ...agent, minVersion: version, maxVersion: version }),
  };
}

/** `rejected by tls-alert 42`, `accepted` … */
export function say({ outcome, rejection }: Observation): string {
  return rejection === undefined
    ? outcome
    : `${outcome} by ${rejection.by}${rejection.number === undefined ? '' : ` ${rejection.number}`}`;
}

/** Writes a server's three files. */
export function files(directory: string, pair: Issued): CredentialPaths {
  const paths = { ca: join(directory, 'ca'), cert: join(directory, 'cert'), key: join(directory, 'key') };
  writeFileSync(paths.ca, authority.certificatePem);
  writeFileSync(paths.key, pair.keyPem);
  writeFileSync(paths.cert, pair.certificatePem);
  return paths;
}

/** The same three files as Kubernetes mounts them. */
export function linkedFiles(directory: string, pair: Issued): CredentialPaths {
  swapData(directory, 'first', pair);
  return { ca: join(directory, 'ca'), cert: join(directory, 'cert'), key: join(directory, 'key') };
}

/** Replaces all three at once by the rename of a link, as the kubelet does. */
export function swapData(directory: string, runtime: string, { certificatePem, keyPem }: Issued): void {
  mountVolume(directory, runtime, { ca: authority.certificatePem, cert: certificatePem, key: keyPem });
}

/** Replaces a file by renaming a new one over it. */
export function renameOver(file: string, text: string): void {
  const fresh = join(dirname(file), '.fresh');
  rmSync(fresh, { force: true });
  writeFileSync(fresh, text);
  renameSync(fresh, file);
}

/** A port for a program that cannot choose one itself. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenOnSteadyPort(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts a program and resolves with the first match of its output; it ends with the test. */
export function started(
  t: Pick<Test, 'teardown'>,
  program: string,
  args: readonly string[],
  ready: RegExp,
): Promise<RegExpExecArray> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  t.teardown(() => child.kill('SIGKILL'));
  return new Promise((resolve, reject) => {
    let output = '';
    const onData = (chunk: Buffer) => {
      output += chunk;
      const match = ready.exec(output);
      if (match !== null) {
        resolve(match);
      }
    };
    child.stdout.on('data', onData);
    child.stderr.on('data', onData);
    child.on('exit', () => reject(new Error(`${program} ended: ${output.slice(-500)}`)));
  });
}

export type Kind = BadKind | 'good' | 'none';

/** What each identity should see: in both versions the same, or in TLS 1.2 and 1.3. */
export type Expectation = readonly [Kind, string] | readonly [Kind, string, string];

/** Asks with every identity in both versions of TLS, compares, and prints the table. */
export async function table(
  t: Pick<Test, 'equal' | 'comment'>,
  title: string,
  expectations: readonly Expectation[],
  ask: (pair: Issued | undefined, version: Version) => Promise<Observation>,
): Promise<void> {
  t.comment(`| identity | ${title}, TLS 1.2 | ${title}, TLS 1.3 |`);
  for (const [kind, first, second = first] of expectations) {
    const pair = await pairOf(kind);
    const seen: string[] = [];
    for (const [index, version] of versions.entries()) {
      seen.push(say(await ask(pair, version)));
      t.equal(seen[index], [first, second][index], `${title}: ${kind}, ${version}`);
    }
    t.comment(`| ${kind} | ${seen.join(' | ')} |`);
  }
}

async function pairOf(kind: Kind): Promise<Issued | undefined> {
  switch (kind) {
    case 'none':
      return undefined;
    case 'good':
      return await authority.issue(names);
    default:
      return await issueBad(authority, kind, names);
  }
}
