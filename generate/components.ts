import {
  type ComponentProfile,
  type EndpointProfile,
  type HarmlessProbe,
  type StartFault,
  severalNamesSince,
} from '../cluster/components/profile.js';
import { profiles } from '../cluster/components/profiles.js';
import { code, table } from './markdown.js';

const faults: Readonly<Record<StartFault, string>> = {
  unreadable: 'a file that cannot be read',
  'key-mismatch': 'a key that does not belong to the certificate',
  incomplete: 'one or two of the three keys',
  'no-pair': 'a CA, and no certificate or no key',
  'foreign-ca': 'a certificate that its own CA refuses, in either role',
  names: 'a certificate that does not cover the address it advertises',
  'own-name': 'a list without its own name',
  'list-too-long': `several names in its list, before ${severalNamesSince}`,
};

/** A section per component for docs/semantics.md: its keys, what ends it, and what the agent asks each port. */
export function describeComponents(): string {
  return Object.values(profiles).map(section).join('\n');
}

function section(profile: ComponentProfile): string {
  const { title, securityKeys: keys, incompleteTls, fatalAtStart, callerKeys, companion } = profile;
  const lines = [
    `Keys: ${[keys.ca, keys.cert, keys.key].map(code).join(', ')}; list: ${code(keys.allowedCommonNames)}.`,
    ...(callerKeys === undefined
      ? []
      : [
          `It calls others with another pair: ${[callerKeys.ca, callerKeys.cert, callerKeys.key].map(code).join(', ')}.`,
        ]),
    ...(companion === undefined
      ? []
      : [`${companion.title} has a file of its own, which ${code(companion.pathKey)} names, with the keys of TiKV.`]),
    `With one or two of the three: ${incompleteTls}.`,
    `It does not start with ${fatalAtStart.map((fault) => faults[fault]).join('; ')}.`,
    ...peculiarities(profile),
    `Must be covered by its certificate: the host in ${profile.advertisedKeys.map(code).join(', ')}.`,
  ];
  const rows = profile.endpoints.map((endpoint) => [
    endpoint.title,
    endpoint.maximumVersion.replace('TLSv', 'TLS up to '),
    question(endpoint.probe),
    others(endpoint),
    rejection(endpoint),
    endpoint.survivesBadCertificatesSince ?? 'every release',
  ]);
  return `### ${title}

${lines.map((line) => `- ${line}`).join('\n')}

${table(['port', 'speaks', 'the agent asks', 'and', 'refuses by', 'strangers come since'], rows)}
`;
}

function peculiarities(profile: ComponentProfile): readonly string[] {
  return [
    ...(profile.needsOwnCommonName ? ['It dials itself: its own name has to be in its list.'] : []),
    ...(profile.addsOwnCommonName === true ? ['It adds its own name to a list that is not empty.'] : []),
    ...(profile.trimsAllowList ? ['It trims the entries of its list.'] : []),
    ...(profile.caOptional === true
      ? ['Certificate and key suffice for TLS; without CA nobody is asked for one.']
      : []),
    ...(profile.alternativeNamesKey === undefined
      ? []
      : [
          `Builds since July 2026 compare alternative names, too, with ${code(profile.alternativeNamesKey)}, and earlier ones pass that list over; what only it decides is not judged.`,
        ]),
    ...(profile.needsPem === true ? ['While it runs, its files have to stay PEM text.'] : []),
  ];
}

function others({ nameProbe, peerReported = [], questions }: EndpointProfile): string {
  const further = [
    ...(nameProbe === undefined ? [] : [`${question(nameProbe)}, to see names compared`]),
    ...peerReported.map((one) => `${question(one)}, for what it says of others`),
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

/** What a probe sends, as a reader knows it. */
export function question(probe: HarmlessProbe): string {
  return probe.protocol === 'http' ? code(`GET ${probe.path}`) : `${code(probe.method.slice(1))} over gRPC`;
}
