import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { Authority, type Issued, type IssueOptions } from '../../certs-dev/authority.js';
import {
  type Check,
  credentialKey,
  type EndpointObservation,
  type EndpointServerHandshake,
  type Evidence,
  portsOf,
} from '../../checks/check.js';
import { partiesOf } from '../../cluster/components/parties.js';
import type { ComponentName, EndpointName } from '../../cluster/components/profile.js';
import { profiles } from '../../cluster/components/profiles.js';
import type { Origin } from '../../cluster/documents/origin.js';
import type { Endpoint, Instance } from '../../cluster/inventory/inventory.js';
import type { CredentialFacts } from '../../credentials/facts.js';
import { gatherCredentialFacts } from '../../credentials/gather.js';
import { splitCertificates } from '../../credentials/pem.js';
import { readCertificate } from '../../credentials/read-certificate.js';
import { CredentialRepository } from '../../credentials/repository.js';
import type { VerificationResult } from '../../credentials/verifiers/verifier.js';
import type { Observation } from '../../probes/observation.js';
import type { ServerHandshake } from '../../probes/server-handshake.js';
import { fixedTime, pathOf } from '../credentials/verifiers/cases.js';
import { temporaryDirectory } from './temporary-directory.js';

export const now = new Date();
export const day = 86_400_000;
export const authority = await Authority.create();
export const names: IssueOptions = { commonName: 'tikv', dns: ['localhost'], ip: ['127.0.0.1'] };

/** Where a configuration file says something. */
export const origin: Origin = { kind: 'file', file: '/conf/c.toml', line: 3, column: 7 };

/** A local instance with every port of its profile, all three TLS keys set, and a list if one is given. */
export function instanceOf(
  component: ComponentName,
  more: Partial<Instance> & { readonly list?: readonly string[] } = {},
) {
  const { list, ...rest } = more;
  const file = (value: string) => ({ value, origin });
  const instance: Instance = {
    component,
    name: '127.0.0.1:1',
    version: undefined,
    configFile: '/conf/c.toml',
    security: {
      ca: file('ca.crt'),
      cert: file('tls.crt'),
      key: file('tls.key'),
      allowedCommonNames: list === undefined ? undefined : { value: list, origin },
    },
    endpoints: profiles[component].endpoints.map(
      (profile): Endpoint => ({
        name: profile.name,
        host: '127.0.0.1',
        port: profile.defaultPort,
        origin,
        scheme: 'https',
        allowList: list === undefined ? 'none' : { value: list, origin },
        profile,
      }),
    ),
    advertisedHosts: [],
    local: true,
    ...rest,
  };
  return instance;
}

/** What Go says of a certificate that it rejects. */
export const rejected: VerificationResult = {
  verifier: 'go',
  role: 'client',
  trusted: false,
  step: 'peer',
  code: 'other',
  message: undefined,
  chains: [],
};

/** Real facts of real files, those of `component` or of PD. */
export async function factsOf(
  t: Pick<Test, 'teardown'>,
  pair: Issued,
  more: { readonly ca?: string; readonly at?: Date; readonly mode?: number; readonly component?: ComponentName } = {},
): Promise<CredentialFacts> {
  const directory = temporaryDirectory(t);
  const paths = { ca: join(directory, 'ca.crt'), cert: join(directory, 'tls.crt'), key: join(directory, 'tls.key') };
  writeFileSync(paths.ca, more.ca ?? authority.certificatePem);
  writeFileSync(paths.key, pair.keyPem, { mode: more.mode ?? 0o600 });
  writeFileSync(paths.cert, pair.certificatePem);
  const parties = partiesOf(more.component ?? 'pd');
  return await gatherCredentialFacts(paths, more.at ?? now, new CredentialRepository(), parties);
}

/** The facts of a component with the files of this case of the verifiers' tests. */
export async function factsOfCase(name: string, component: ComponentName, version?: string): Promise<CredentialFacts> {
  const paths = { ca: pathOf(name, 'ca.crt'), cert: pathOf(name, 'x.crt'), key: pathOf(name, 'x.key') };
  return await gatherCredentialFacts(paths, fixedTime, new CredentialRepository(), partiesOf(component, version));
}

export interface EvidenceParts {
  readonly instances?: readonly Instance[];
  /** Facts of the instance at the same place. */
  readonly facts?: readonly (CredentialFacts | undefined)[];
  readonly agent?: CredentialFacts;
  readonly observations?: readonly EndpointObservation[];
  readonly peerReports?: Evidence['peerReports'];
  readonly serverHandshakes?: Evidence['serverHandshakes'];
  readonly resumptions?: Evidence['resumptions'];
  readonly targets?: Evidence['targets'];
  readonly negativeProbes?: Evidence['negativeProbes'];
  readonly negativeProbesPending?: Evidence['negativeProbesPending'];
  readonly calling?: Evidence['calling'];
  readonly baselines?: Evidence['baselines'];
  readonly problems?: Evidence['inventory']['problems'];
  readonly disagreements?: Evidence['inventory']['disagreements'];
  readonly clients?: Evidence['inventory']['clients'];
  readonly now?: Date;
}

export function evidenceOf(parts: EvidenceParts): Evidence {
  const instances = parts.instances ?? [];
  const credentials = instances.flatMap((instance, index) => {
    const facts = parts.facts?.[index];
    return facts === undefined ? [] : [[credentialKey(instance), facts] as const];
  });
  return {
    now: parts.now ?? now,
    inventory: {
      instances,
      clients: parts.clients ?? [],
      problems: parts.problems ?? [],
      disagreements: parts.disagreements ?? [],
    },
    credentials: new Map(credentials),
    calling: parts.calling ?? new Map(),
    baselines: parts.baselines ?? new Map(),
    agent: parts.agent,
    observations: parts.observations ?? [],
    peerReports: parts.peerReports ?? [],
    serverHandshakes: parts.serverHandshakes ?? [],
    resumptions: parts.resumptions ?? [],
    targets: parts.targets ?? portsOf((parts.instances ?? []).filter(({ local }) => local)),
    negativeProbes: parts.negativeProbes ?? 'on',
    negativeProbesPending: parts.negativeProbesPending ?? [],
  };
}

/** What was seen of a port: accepted with an answer, by default. */
export function observed(
  instance: Instance,
  name: EndpointName,
  more: Partial<Observation> & { readonly chain?: Issued } = {},
): EndpointObservation {
  const endpoint = instance.endpoints.find((one) => one.name === name);
  if (endpoint === undefined) {
    throw new TypeError(`${instance.component} has no port ${name}`);
  }
  const { chain, ...rest } = more;
  const peerChain =
    chain === undefined ? [] : splitCertificates(chain.certificatePem).map((pem) => readCertificate(pem));
  const observation: Observation = {
    protocol: 'http',
    identity: 'agent',
    host: endpoint.host,
    port: endpoint.port,
    at: new Date(now.getTime() + 1_000),
    outcome: 'accepted',
    rejection: undefined,
    detail: 'HTTP 200',
    peerChain,
    peerProblem: undefined,
    tlsVersion: 'TLSv1.3',
    cipher: undefined,
    alpn: undefined,
    durations: { total: 0.01, connect: 0.001, handshake: 0.005 },
    application: undefined,
    ...rest,
  };
  return { instance, endpoint, observation };
}

/** `status: message` of each finding; the folder of temporary files is left out. */
export function run(check: Check, evidence: Evidence): readonly string[] {
  return check.run(evidence).map(({ status, message }) => `${status}: ${message.replace(/\/\S*\/(?=\w+\.\w+)/g, '')}`);
}

/** What the server handshake of a port said; the instance's first port where it has none of that name. */
export function serverHandshakeOf(
  instance: Instance,
  more: Partial<ServerHandshake>,
  name = 'client',
): EndpointServerHandshake {
  const endpoint = instance.endpoints.find((one) => one.name === name) ?? instance.endpoints[0];
  if (endpoint === undefined) {
    throw new TypeError('an instance has ports');
  }
  const read: ServerHandshake = {
    at: now,
    outcome: 'read',
    detail: '',
    requestsCertificate: true,
    authorities: [],
    chain: [],
  };
  return { instance, endpoint, serverHandshake: { ...read, ...more } };
}
