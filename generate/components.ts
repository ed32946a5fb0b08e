import {
  type ComponentProfile,
  type EndpointProfile,
  type HarmlessProbe,
  type StartFault,
  severalNamesSince,
} from '../cluster/components/profile.js';
import { documentedProfiles } from '../cluster/components/profiles.js';
import { code, table } from './markdown.js';

const faults: Readonly<Record<StartFault, string>> = {
  unreadable: 'a file that cannot be read',
  'key-mismatch': 'a key that does not match the certificate',
  incomplete: 'one or two of the three paths',
  'ca-without-certificate': 'a CA without a certificate or without a key',
  'foreign-ca': 'a certificate that its CA rejects in one of the two roles',
  names: 'a certificate that does not cover the advertised address',
  'own-name': 'a list without its Common Name',
  'list-too-long': `several names in its list, before ${severalNamesSince}`,
};

/** A section per component for docs/semantics.md: its keys, its faults at start, and the requests to each port. */
export function describeComponents(): string {
  return documentedProfiles.map(section).join('\n');
}

function section(profile: ComponentProfile): string {
  const { title, securityKeys: keys, incompleteTls, fatalAtStart, callerKeys, companion } = profile;
  const lines = [
    `Keys: ${[keys.ca, keys.cert, keys.key].map(code).join(', ')}; list: ${code(keys.allowedCommonNames)}.`,
    ...(callerKeys === undefined
      ? []
      : [
          `It calls others with another certificate: ${[callerKeys.ca, callerKeys.cert, callerKeys.key].map(code).join(', ')}.`,
        ]),
    ...(companion === undefined
      ? []
      : [`${companion.title} has a second file, which ${code(companion.pathKey)} names, with the keys of TiKV.`]),
    `With one or two of the three paths: ${incompleteTls}.`,
    `It does not start with ${fatalAtStart.map((fault) => faults[fault]).join('; ')}.`,
    ...particularities(profile),
    `Its certificate must cover the hosts in ${profile.advertisedKeys.map(code).join(', ')}.`,
  ];
  const rows = profile.endpoints.map((endpoint) => [
    endpoint.title,
    endpoint.maximumVersion.replace('TLSv', 'TLS up to '),
    question(endpoint.probe),
    furtherRequests(endpoint),
    rejection(endpoint),
    profile.bearsFailedHandshakesSince ?? 'every release',
  ]);
  return `### ${title}

${lines.map((line) => `- ${line}`).join('\n')}

${table(['port', 'protocol', 'regular probe', 'further requests', 'rejects by', 'negative probes since'], rows)}
`;
}

function particularities(profile: ComponentProfile): readonly string[] {
  return [
    ...(profile.needsOwnCommonName ? ['It connects to itself: its Common Name has to be in its list.'] : []),
    ...(profile.addsOwnCommonName === true ? ['It adds its Common Name to a list that is not empty.'] : []),
    ...(profile.trimsAllowList ? ['It trims the entries of its list.'] : []),
    ...(profile.caOptional === true
      ? ['Certificate and key suffice for TLS; without a CA no client certificate is requested.']
      : []),
    ...(profile.alternativeNamesKey === undefined
      ? []
      : [
          `Builds since July 2026 also compare alternative names with ${code(profile.alternativeNamesKey)}; earlier builds ignore that list. Results that only this list decides are inconclusive.`,
        ]),
    ...(profile.keepsCertificate ?? []).map(
      ({ what, since, until }) =>
        `${what[0]?.toUpperCase()}${what.slice(1)} presents the certificate that it was made with until a restart${since === undefined ? '' : `, since ${since}`}${until === undefined ? '' : `, before ${until}`}.`,
    ),
    ...(profile.needsPem === true ? ['It exits when it reloads a file that is not PEM text.'] : []),
  ];
}

function furtherRequests({ nameProbe, peerReported = [], questions }: EndpointProfile): string {
  const further = [
    ...(nameProbe === undefined ? [] : [`${question(nameProbe)}, to test whether names are compared`]),
    ...peerReported.map((one) => `${question(one)}, for what it reports about peers`),
  ];
  const names = Object.keys(questions);
  return [...further, ...(names.length === 0 ? [] : [`on demand ${names.map(code).join(', ')}`])].join('; ');
}

function rejection({ callers }: EndpointProfile): string {
  const names = { handshake: '', rpc: ', names by gRPC status', http: ', names by HTTP 403' }[
    callers.commonNameCheckedAt
  ];
  return `${callers.rejectsBy === 'alert' ? 'TLS alerts' : 'a close without an alert'}${names}`;
}

/** A request in the notation of its protocol. */
export function question(probe: HarmlessProbe): string {
  return probe.protocol === 'http' ? code(`GET ${probe.path}`) : `${code(probe.method.slice(1))} over gRPC`;
}
