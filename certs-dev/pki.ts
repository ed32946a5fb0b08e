import { mkdir, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { Authority } from './authority.js';
import { componentCommonNames, type PairName } from './names.js';

interface PkiOptions {
  /** The names and IP addresses among the SANs of every leaf. */
  readonly hosts?: readonly string[] | undefined;
  readonly authority?: Authority | undefined;
  readonly algorithm?: 'ec' | 'rsa' | undefined;
}

export interface Pki {
  readonly directory: string;
  readonly authority: Authority;
  readonly caPath: string;
  pair(name: PairName): { readonly certPath: string; readonly keyPath: string };
}

export const loopbackHosts: readonly string[] = ['localhost', '127.0.0.1', '::1'];

/** Writes `ca.crt`, and `<name>.crt` with `<name>.pem` (the key, mode 0600) for each component and tool. */
export async function writePki(directory: string, options: PkiOptions = {}): Promise<Pki> {
  const authority = options.authority ?? (await Authority.create({ algorithm: options.algorithm }));
  const caPath = join(directory, 'ca.crt');
  const pair = (name: PairName) => ({
    certPath: join(directory, `${name}.crt`),
    keyPath: join(directory, `${name}.pem`),
  });
  await mkdir(directory, { recursive: true });
  await writeFile(caPath, authority.certificatePem);
  await Promise.all(
    (Object.keys(componentCommonNames) as PairName[]).map(async (name) => {
      const issued = await authority.issue({
        commonName: componentCommonNames[name],
        algorithm: options.algorithm,
        ...splitHosts(options.hosts ?? loopbackHosts),
      });
      await writeFile(pair(name).keyPath, issued.keyPem, { mode: 0o600 });
      await writeFile(pair(name).certPath, issued.certificatePem);
    }),
  );
  return { directory, authority, caPath, pair };
}

/** Separates DNS names and IP addresses, as SANs require. */
export function splitHosts(hosts: readonly string[]): {
  readonly dns: readonly string[];
  readonly ip: readonly string[];
} {
  return { dns: hosts.filter((host) => isIP(host) === 0), ip: hosts.filter((host) => isIP(host) !== 0) };
}
