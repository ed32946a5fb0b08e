import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Authority } from '../certs-dev/authority.js';
import type { CredentialPaths } from '../credentials/paths.js';

/** What every run needs on disk: one CA, one server, one client; P-256. */
export interface BenchFiles extends CredentialPaths {
  /** Which issued them. */
  readonly authority: Authority;
  /** The server's certificate and key in one file. */
  readonly pair: string;
  readonly clientCert: string;
  readonly clientKey: string;
  readonly directory: string;
}

export async function writeCredentials(): Promise<BenchFiles> {
  const directory = mkdtempSync(join(tmpdir(), 'tidb-mtls-bench-'));
  const authority = await Authority.create();
  const server = await authority.issue({ commonName: 'server', dns: ['localhost'], ip: ['127.0.0.1'] });
  const client = await authority.issue({ commonName: 'client' });
  const write = (name: string, text: string) => {
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  };
  return {
    authority,
    directory,
    ca: write('ca.crt', authority.certificatePem),
    cert: write('server.crt', server.certificatePem),
    key: write('server.key', server.keyPem),
    pair: write('server.both', server.certificatePem + server.keyPem),
    clientCert: write('client.crt', client.certificatePem),
    clientKey: write('client.key', client.keyPem),
  };
}
