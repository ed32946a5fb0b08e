import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Test } from 'tap';
import { inspect } from '../../agent/inspect/inspect.js';
import { inspectionDocument } from '../../agent/inspect/inspection-json.js';
import { renderInspection } from '../../agent/inspect/inspection-text.js';
import { plain } from '../../agent/terminal/terminal.js';
import { Authority } from '../../certs-dev/authority.js';
import { needs } from './peers.js';
import { type Ended, runAgent } from './run-agent.js';
import { temporaryDirectory } from './temporary-directory.js';

export const openssl = needs('/usr/bin/openssl', 'openssl');
/** A CA and a pair of it, as files of a folder. */
export async function pairIn(t: Test, algorithm: 'ec' | 'rsa' = 'ec') {
  const folder = temporaryDirectory(t);
  const authority = await Authority.create({ commonName: 'Cluster CA', algorithm });
  const pair = await authority.issue({
    commonName: 'TiKV-Server',
    dns: ['db.example.com'],
    ip: ['10.0.1.2'],
    algorithm,
  });
  const file = (name: string, text: string | Buffer) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const ca = file('ca.crt', authority.certificatePem);
  const cert = file('tikv.crt', pair.certificatePem);
  const key = file('tikv.pem', pair.keyPem);
  return { folder, file, authority, pair, ca, cert, key };
}

interface Asked {
  readonly password?: string;
  readonly cacert?: string;
}

/** As the command does, without the start of a process. */
export async function reportOn(operands: readonly string[], { password, cacert }: Asked = {}) {
  const { signal } = new AbortController();
  const stdin = Readable.from([]);
  return await inspect(operands, { stdin, cacert, pair: undefined, password, timeout: 20_000, signal });
}

export async function textOf(operands: readonly string[], asked?: Asked): Promise<string> {
  return renderInspection({ ...(await reportOn(operands, asked)), now: new Date() }, plain);
}

export async function documentOf(operands: readonly string[], asked?: Asked) {
  const { inspection, ports, unread } = await reportOn(operands, asked);
  return inspectionDocument(inspection, ports, unread);
}

export function runInspect(...args: readonly string[]): Promise<Ended> {
  return runAgent('certs', 'inspect', ...args);
}

/** Base64 of a key as it would be found in anything printed. */
export function quotes(pem: string): string {
  return pem.split('\n')[1] ?? '';
}
