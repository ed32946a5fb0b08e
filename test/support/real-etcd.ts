import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { CredentialPaths } from '../../credentials/paths.js';
import { freePort } from './real-peer.js';
import { temporaryDirectory } from './temporary-directory.js';

export const etcdProgram = '/usr/bin/etcd';

/** An etcd of one member that asks for client certificates; reads its CA at its start, as a PD does. */
export class RealEtcd {
  readonly port: number;
  readonly #args: readonly string[];
  #child: ChildProcess | undefined;

  private constructor(port: number, args: readonly string[]) {
    this.port = port;
    this.#args = args;
  }

  static async start(t: Test, { ca, cert, key }: CredentialPaths): Promise<RealEtcd> {
    const [client, peer] = [await freePort(), await freePort()];
    const urls = { client: `https://127.0.0.1:${client}`, peer: `http://127.0.0.1:${peer}` };
    const etcd = new RealEtcd(client, [
      ...[`--data-dir=${join(temporaryDirectory(t), 'data')}`, '--logger=zap'],
      ...[`--listen-client-urls=${urls.client}`, `--advertise-client-urls=${urls.client}`],
      ...[`--listen-peer-urls=${urls.peer}`, `--initial-advertise-peer-urls=${urls.peer}`],
      ...[`--initial-cluster=default=${urls.peer}`, '--client-cert-auth'],
      ...[`--trusted-ca-file=${ca}`, `--cert-file=${cert}`, `--key-file=${key}`],
    ]);
    t.teardown(() => etcd.#child?.kill('SIGKILL'));
    await etcd.#run();
    return etcd;
  }

  async restart(): Promise<void> {
    const child = this.#child;
    if (child !== undefined && child.exitCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    }
    await this.#run();
  }

  async #run(): Promise<void> {
    const child = spawn(etcdProgram, this.#args, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child = child;
    let output = '';
    await new Promise<void>((resolve, reject) => {
      child.once('exit', () => reject(new Error(`etcd ended: ${output.slice(-500)}`)));
      child.stderr.on('data', (chunk: Buffer) => {
        output += chunk;
        if (/ready to serve client requests|serving client/.test(output)) {
          resolve();
        }
      });
    });
  }
}
