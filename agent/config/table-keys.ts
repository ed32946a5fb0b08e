import { clientNames, componentNames, type EndpointName, endpointNames } from '../../cluster/components/profile.js';
import { profiles } from '../../cluster/components/profiles.js';
import type { ConfigKey, ConfigKeys } from './key.js';

const components = componentNames.map((name) => `\`${name}\``).join(', ');
const clients = clientNames
  .filter((name) => name !== 'agent')
  .map((name) => `\`${name}\``)
  .join(', ');

export const instanceTable: ConfigKeys = {
  component: { type: 'string', default: 'required', example: '"tikv"', meaning: `one of ${components}` },
  address: {
    type: 'string',
    default: 'required',
    example: '"10.0.1.2:20160"',
    meaning: `main port: ${mainPorts()}`,
  },
  ...Object.fromEntries(endpointNames.map((name) => [`${name}-address`, portKey(name)])),
  config: {
    type: 'path',
    default: 'none',
    example: '"tikv.toml"',
    meaning: 'its config file, when it is on this node',
  },
  version: { type: 'string', default: 'none', example: '"8.5.0"', meaning: 'its release' },
  'ca-path': { type: 'path', default: 'none', example: '"tls/ca.crt"', meaning: 'its CA file; else as `config` says' },
  'cert-path': {
    type: 'path',
    default: 'none',
    example: '"tls/tikv.crt"',
    meaning: 'its certificate; else as `config` says',
  },
  'key-path': { type: 'path', default: 'none', example: '"tls/tikv.pem"', meaning: 'its key; else as `config` says' },
  'cert-allowed-cn': {
    type: 'strings',
    default: '[]',
    example: '["TiDB-Server"]',
    meaning: 'its allow-list; else as `config` says',
  },
};

export const componentTable: ConfigKeys = {
  name: { type: 'string', default: 'required', example: '"tikv"', meaning: `one of ${components}` },
  'ca-path': { type: 'path', default: 'none', example: '"tikv/ca.crt"', meaning: 'the CA file of its instances' },
  'cert-path': {
    type: 'path',
    default: 'none',
    example: '"tikv/tls.crt"',
    meaning: 'their certificate; goes with `key-path`',
  },
  'key-path': { type: 'path', default: 'none', example: '"tikv/tls.key"', meaning: 'their key' },
  'cert-allowed-cn': { type: 'strings', default: '[]', example: '["TiDB-Server"]', meaning: 'their allow-list' },
  'copy-delay': {
    type: 'duration',
    default: 'none',
    example: '"2m"',
    meaning:
      'how long a new file may take to reach them, where they read a copy of their own, as a volume in another pod; until then [served-matches-file](checks.md#served-matches-file) waits',
  },
};

export const clientTable: ConfigKeys = {
  name: { type: 'string', default: 'required', example: '"pd-ctl"', meaning: `one of ${clients}` },
  'common-name': {
    type: 'string',
    default: 'required',
    example: '"PD-Control"',
    meaning: 'the Common Name of its certificate, held against the lists of the ports it needs',
  },
};

function mainPorts(): string {
  return componentNames
    .map((name) => {
      const { title, mainEndpoint, endpoints } = profiles[name];
      return endpoints.find((endpoint) => endpoint.name === mainEndpoint)?.title ?? title;
    })
    .join(', ');
}

/** Which components have a port of this name. */
function portKey(name: EndpointName): ConfigKey {
  const [first, ...others] = componentNames.flatMap((component) =>
    profiles[component].endpoints.filter((endpoint) => endpoint.name === name),
  );
  if (first === undefined) {
    throw new TypeError(`no component has a port ${name}`);
  }
  const titles = [first, ...others].map(({ title }) => title).join(', ');
  return { type: 'string', default: 'none', example: `"10.0.1.2:${first.defaultPort}"`, meaning: `of the ${titles}` };
}
