import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Role, VerificationRequest } from '../../../credentials/verifiers/verifier.js';

/** Files of one component, and what real programs did with exactly these. */
export interface Case {
  readonly name: string;
  readonly what: string;
  /** Dialled by callers. */
  readonly host: string;
  /** `accepts`, or the step and Go's words. */
  readonly go: string;
  /** What a pd-server did at its start. */
  readonly pd: 'starts' | 'exits';
  /** gRPC C-core 1.51 on OpenSSL 3.0. */
  readonly grpcCore: 'accepts' | 'rejects' | 'does not start';
}

const folder = join(import.meta.dirname, 'cases');

/** Every certificate is valid then, apart from those of the cases about expiry. */
export const fixedTime = new Date('2026-12-01T00:00:00Z');

/** OpenSSL takes the time of the system alone. */
export const outdated =
  Date.now() < Date.parse('2027-11-01') ? false : 'the certificates have expired by the clock of this system';

export const cases: readonly Case[] = readFileSync(join(import.meta.dirname, 'expected.tsv'), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [name = '', what = '', host = '', go = '', pd = '', grpcCore = ''] = line.split('\t');
    return { name, what, host, go, pd: pd as Case['pd'], grpcCore: grpcCore as Case['grpcCore'] };
  });

export function pathOf(name: string, file: 'ca.crt' | 'x.crt' | 'x.key'): string {
  return join(folder, name, file);
}

export function requestOf({ name, host }: Pick<Case, 'name' | 'host'>, role: Role): VerificationRequest {
  const [ca, cert, key] = (['ca.crt', 'x.crt', 'x.key'] as const).map((file) => readFileSync(pathOf(name, file)));
  if (ca === undefined || cert === undefined || key === undefined) {
    throw new Error(`the files of ${name} are not there`);
  }
  return { ca, shown: { cert, key }, role, host, now: fixedTime };
}
