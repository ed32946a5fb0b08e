import { checks } from '../../checks/catalogue.js';
import { listeningPrograms } from '../../cluster/components/other-programs.js';
import { clientNames, componentNames, type EndpointName, endpointNames } from '../../cluster/components/profile.js';
import { profiles } from '../../cluster/components/profiles.js';
import type { Key, Keys } from './key.js';
import { lastDayFormat } from './last-day.js';

type PortKey = Key & { readonly type: 'string' };

export const instanceKeys = {
  component: {
    type: 'string',
    choices: [...componentNames, ...listeningPrograms],
    required: true,
    example: 'tikv',
    doc: `one of ${codes(componentNames)}`,
    more: `another program (${codes(listeningPrograms)}) counts as \`other\`: a port with TLS, where no name is expected to be enforced`,
  },
  address: { type: 'string', required: true, example: '10.0.1.2:20160', doc: `main port: ${mainPorts()}` },
  config: { type: 'path', example: 'tikv.toml', doc: 'its configuration file, if it is on this host' },
  version: { type: 'string', example: '8.5.0', doc: 'its release' },
  'ca-path': { type: 'path', example: 'tls/ca.crt', doc: 'its CA file, where `config` does not name it' },
  'cert-path': { type: 'path', example: 'tls/tikv.crt', doc: 'its certificate, where `config` does not name it' },
  'key-path': { type: 'path', example: 'tls/tikv.pem', doc: 'its key, where `config` does not name it' },
  'cert-allowed-cn': {
    type: 'strings',
    example: ['TiDB-Server'],
    doc: 'its allow-list, where `config` does not have it',
  },
} as const satisfies Keys;

/** The other ports of an `[[instance]]`: `client-address` and its like. */
export const portKeys: Readonly<Record<string, PortKey>> = Object.fromEntries(
  endpointNames.map((name) => [`${name}-address`, portKey(name)]),
);

export const componentKeys = {
  name: componentKey('tikv'),
  'ca-path': { type: 'path', example: 'tikv/ca.crt', doc: 'the CA file of its instances' },
  'cert-path': { type: 'path', example: 'tikv/tls.crt', doc: 'their certificate; goes with `key-path`' },
  'key-path': { type: 'path', example: 'tikv/tls.key', doc: 'their key' },
  'cert-allowed-cn': { type: 'strings', example: ['TiDB-Server'], doc: 'their allow-list' },
  'copy-delay': {
    type: 'duration',
    example: '2m',
    doc: 'how long a new file may take to reach them, where they read a copy, as a volume in another pod',
    more: 'until then [served-matches-file](checks.md#served-matches-file) does not fail',
  },
} as const satisfies Keys;

export const clientKeys = {
  name: {
    type: 'string',
    choices: clientNames,
    required: true,
    example: 'pd-ctl',
    doc: `one of ${codes(clientNames.filter((name) => name !== 'agent'))}`,
  },
  'common-name': {
    type: 'string',
    required: true,
    example: 'PD-Control',
    doc: 'the Common Name of its certificate, which is compared with the allow-lists of the ports it needs',
  },
} as const satisfies Keys;

export const acceptKeys = {
  check: {
    type: 'string',
    choices: checks.map(({ id }) => id),
    required: true,
    example: 'key-file-mode',
    doc: 'the [check](checks.md) whose failures and warnings are accepted',
  },
  component: { type: 'string', choices: componentNames, example: 'tikv', doc: 'only those of this component' },
  instance: { type: 'string', example: '10.0.1.2:20160', doc: 'only those of this instance, as findings name it' },
  port: { type: 'string', choices: endpointNames, example: 'status', doc: 'only those of this port' },
  until: {
    type: 'string',
    format: lastDayFormat,
    required: true,
    example: '2027-01-31',
    doc: 'the last day, in UTC; the findings return after it',
  },
  reason: { type: 'string', required: true, example: 'replaced with the next upgrade', doc: 'shown with each of them' },
} as const satisfies Keys;

function componentKey(example: string) {
  const doc = `one of ${codes(componentNames)}`;
  return { type: 'string', choices: componentNames, required: true, example, doc } as const;
}

function codes(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}

function mainPorts(): string {
  return componentNames
    .map((name) => {
      const { title, mainEndpoint, endpoints } = profiles[name];
      return endpoints.find((endpoint) => endpoint.name === mainEndpoint)?.title ?? title;
    })
    .join(', ');
}

/** Its text names the components that have such a port. */
function portKey(name: EndpointName): PortKey {
  const [first, ...others] = componentNames.flatMap((component) =>
    profiles[component].endpoints.filter((endpoint) => endpoint.name === name),
  );
  if (first === undefined) {
    throw new TypeError(`no component has a port ${name}`);
  }
  const titles = [first, ...others].map(({ title }) => title).join(', ');
  return { type: 'string', example: `10.0.1.2:${first.defaultPort}`, doc: `of the ${titles}` };
}
