import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { profiles } from '../../../cluster/components/profiles.js';
import { formatAddress } from '../../../cluster/inventory/address.js';
import { instanceOf } from '../../../cluster/inventory/component-config.js';
import { readDescribedFile } from '../../../cluster/sources/described-file.js';
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

function pdUrlsIn(file: string): readonly string[] {
  return readDescribedFile(file, []).described.flatMap((described) => {
    const instance = described.component === 'pd' ? instanceOf(described, []) : undefined;
    const client = instance?.endpoints.find(({ name }) => name === profiles.pd.mainEndpoint);
    return client === undefined ? [] : [`${client.scheme}://${formatAddress(client)}`];
  });
}
