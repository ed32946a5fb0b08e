import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TiupAuthority } from '../../../checks/before-enable.js';
import { profiles } from '../../../cluster/components/profiles.js';
import { formatAddress } from '../../../cluster/inventory/address.js';
import { instanceOf } from '../../../cluster/inventory/component-config.js';
import { readDescribedFile } from '../../../cluster/sources/described-file.js';
import { usable } from '../../../credentials/error.js';
import { readCredentialFile } from '../../../credentials/file.js';
import type { AgentConfig } from '../../config/agent-config.js';

/**
 * Where flags name neither PD nor a certificate: the PDs of the topology, and the certificate and key that TiUP keeps beside
 * meta.yaml for itself.
 */
export function withTiupClient(config: AgentConfig): AgentConfig {
  const [file] = config.topology.filter((path) => existsSync(path));
  if (file === undefined) {
    return config;
  }
  return {
    ...config,
    pd: config.pd.length > 0 ? config.pd : pdUrlsIn(file),
    security: config.security ?? clientBeside(file),
  };
}

/** The certificate and key are known by their place: their Common Name keeps the cluster's first name when TiUP renames it. */
export function clientBeside(file: string): AgentConfig['security'] {
  const tls = join(dirname(file), 'tls');
  const paths = { ca: join(tls, 'ca.crt'), cert: join(tls, 'client.crt'), key: join(tls, 'client.pem') };
  return Object.values(paths).every((path) => existsSync(path)) ? paths : undefined;
}

/** The CA that TiUP keeps beside meta.yaml; undefined where neither its certificate nor its key is there. */
export function authorityBeside(file: string, now: Date): TiupAuthority | undefined {
  const [path, key] = ['ca.crt', 'ca.pem'].map((name) => join(dirname(file), 'tls', name));
  if (path === undefined || key === undefined || !(existsSync(path) || existsSync(key))) {
    return undefined;
  }
  const certificate = usable(() => readCredentialFile(path).certificates[0]);
  if (certificate === undefined) {
    return { file: path, problem: 'its certificate is missing or cannot be read' };
  }
  const expired =
    certificate.notAfter <= now ? `it expired ${certificate.notAfter.toISOString().slice(0, 10)}` : undefined;
  return { file: path, problem: existsSync(key) ? expired : 'its key ca.pem is missing' };
}

function pdUrlsIn(file: string): readonly string[] {
  return readDescribedFile(file, []).described.flatMap((described) => {
    const instance = described.component === 'pd' ? instanceOf(described, []) : undefined;
    const client = instance?.endpoints.find(({ name }) => name === profiles.pd.mainEndpoint);
    return client === undefined ? [] : [`${client.scheme}://${formatAddress(client)}`];
  });
}
