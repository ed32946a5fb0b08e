import type { EndpointProfile, ReloadRule } from '../components/profile.js';
import { documentedProfiles } from '../components/profiles.js';

/** When a port reloads a changed file. */
export const reloads: Readonly<Record<ReloadRule, string>> = {
  'every-handshake': 'at every handshake',
  'certificate-mtime': "at a connection, if the certificate's modification time changed",
  'failed-handshake': "after a failed handshake, if the certificate's modification time changed",
  poll: 'every two seconds',
  hourly: 'every hour',
  restart: 'at its start',
};

/** The table of ports in docs/semantics.md. */
export function describePorts(): string {
  const rows = documentedProfiles.flatMap(({ endpoints }) => endpoints.map(portRow));
  return `| port | default | requests a client certificate | compares names | reloads its certificate | reloads its CA |
| --- | --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}

/** The table of callers in docs/semantics.md. */
export function describeCallers(): string {
  const rows = documentedProfiles.flatMap(({ endpoints }) =>
    endpoints.map(({ title, calledBy }) => `| ${title} | ${calledBy.join(', ')} |`),
  );
  return `| port | called by |\n| --- | --- |\n${rows.join('\n')}\n`;
}

function portRow(endpoint: EndpointProfile): string {
  const { title, defaultPort, certificateReload, reloadSince } = endpoint;
  const since = reloadSince === undefined ? '' : ` (since ${reloadSince}; before, at its start)`;
  return `| ${title} | ${defaultPort} | ${asks(endpoint)} | ${names(endpoint)} | ${reloads[certificateReload]}${since} | ${caReloadText(endpoint)} |`;
}

/** When a port reloads its CA, with a list and without one. */
export function caReloadText({ caReload, caReloadWithoutList }: EndpointProfile): string {
  const without = caReloadWithoutList === undefined ? '' : `; without a list ${reloads[caReloadWithoutList]}`;
  return `${reloads[caReload]}${without}`;
}

function asks({ callers }: EndpointProfile): string {
  const given = callers.verifiesIfGiven === true ? '; without it verifies a certificate that is presented' : '';
  switch (callers.clientCertificate) {
    case 'always':
      return 'always';
    case 'with-allow-list':
      return `with a list${given}`;
    case 'with-switch':
      return `with a list or its switch${given}`;
  }
}

function names({ callers }: EndpointProfile): string {
  const where = { handshake: 'at the handshake', rpc: 'per call', http: 'per request' }[callers.commonNameCheckedAt];
  const how = {
    equal: 'equal',
    'equal-or-contains': 'equal (builds of 2026: contains)',
    'equal-in-chain': 'equal, of any certificate of the chain',
  }[callers.commonNameMatch];
  const least = callers.minimumEntries === 1 ? '' : `, from ${callers.minimumEntries} entries on`;
  const only = callers.comparesFirstEntry === true ? ', the first entry only' : '';
  const exempt = callers.exemptPaths.length === 0 ? '' : `; not for GET ${callers.exemptPaths.join(', ')}`;
  return `${where}: ${how}, the ${callers.countedCommonName} of several${least}${only}${exempt}`;
}
