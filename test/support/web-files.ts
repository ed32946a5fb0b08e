import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { Authority, type Issued } from '../../certs-dev/authority.js';
import type { ClientOptions } from './agent-server.js';
import { temporaryDirectory } from './temporary-directory.js';

export const authority = await Authority.create();
export const server = await authority.issue({ commonName: 'agent', dns: ['localhost'], ip: ['127.0.0.1'] });

/** The pair of a TLS server, to go on with. */
export const pair = 'tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n';

/** A folder with the files that a web configuration names, and the configuration as `web.yml`. */
export function layOut(t: Test, text: string, issued = server): string {
  const directory = temporaryDirectory(t);
  const files = {
    'ca.crt': authority.certificatePem,
    'server.crt': issued.certificatePem,
    'server.key': issued.keyPem,
    'web.yml': text,
  };
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(directory, name), content);
  }
  return directory;
}

/** A client that trusts our authority and shows this pair, or none. */
export function withPair(issued: Issued | undefined): ClientOptions {
  return {
    ca: authority.certificatePem,
    ...(issued === undefined ? {} : { cert: issued.certificatePem, key: issued.keyPem }),
  };
}

export function basic(credentials: string): Readonly<Record<string, string>> {
  return { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
}
