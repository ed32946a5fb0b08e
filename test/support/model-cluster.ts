import { createPrivateKey } from 'node:crypto';
import type { Test } from 'tap';
import { Authority, type Issued, type IssueOptions } from '../../certs-dev/authority.js';
import { componentCommonNames } from '../../certs-dev/names.js';
import type { EndpointObservation, EndpointOfInstance, EndpointServerHandshake, Evidence } from '../../checks/check.js';
import { isCallerAccepted, namesEnforced } from '../../cluster/access/expectation.js';
import type { ComponentName, EndpointName } from '../../cluster/components/profile.js';
import type { Instance } from '../../cluster/inventory/inventory.js';
import type { Certificate } from '../../credentials/certificate.js';
import type { CredentialFacts } from '../../credentials/facts.js';
import { splitCertificates } from '../../credentials/pem.js';
import { readCertificate } from '../../credentials/read-certificate.js';
import { codeText } from '../../credentials/verifiers/code-words.js';
import type { IdentityName, Observation, Rejection } from '../../probes/observation.js';
import { evidenceOf, factsOf, instanceOf, now, observed, serverHandshakeOf } from './evidence.js';

/** What a port does besides what its profile, files and list say. */
export type Switch =
  | 'down'
  | 'silent'
  | 'plaintext'
  | 'plaintext-too'
  | 'other-program'
  | 'error'
  | 'rejects-all'
  | 'requests-none'
  | 'verifies-none'
  | 'ignores-names'
  | 'no-alpn';

/** One component of a cluster in memory: files on disk, what its process holds, and its configuration. */
export interface ModelMember {
  readonly component: ComponentName;
  readonly pair: Issued;
  readonly ca: string;
  /** What the process holds, where it is not what is on disk. */
  readonly served?: Readonly<Partial<Record<EndpointName, Issued>>>;
  readonly loadedCa?: string;
  readonly loadedList?: readonly string[] | 'none';
  readonly instance: Instance;
  /** Replaces facts of the files, as for a file that is missing. */
  readonly facts?: Partial<CredentialFacts>;
  readonly ports?: Readonly<Partial<Record<EndpointName, Switch>>>;
}

export interface Model {
  readonly members: readonly ModelMember[];
  readonly agent: Pick<ModelMember, 'pair' | 'ca' | 'facts'>;
  readonly more?: Partial<Pick<Evidence, 'baselines' | 'peerReports' | 'resumptions'>>;
  readonly inventory?: Partial<Pick<Evidence['inventory'], 'problems' | 'disagreements'>>;
}

export const clusterCa = await Authority.create({ commonName: 'Cluster CA' });
export const otherAuthority = await Authority.create({ commonName: 'Cluster CA' });
const hosts = { dns: ['localhost'], ip: ['127.0.0.1'] };

export function pairOf(name: keyof typeof componentCommonNames, more: Partial<IssueOptions> = {}, from = clusterCa) {
  return from.issue({ commonName: componentCommonNames[name], ...hosts, ...more });
}

const modelled: readonly ComponentName[] = ['tidb', 'pd', 'tikv', 'ticdc'];
const listOf = (component: ComponentName): readonly string[] => [
  ...modelled.filter((caller) => callersOf(component).has(caller)).map((caller) => componentCommonNames[caller]),
  componentCommonNames.agent,
];
const callersOf = (component: ComponentName) =>
  new Set<string>([component, ...instanceOf(component).endpoints.flatMap(({ profile }) => profile.calledBy)]);

/** A healthy cluster: one of each, with allow-lists, and the agent. */
export async function healthy(): Promise<Model> {
  const members = await Promise.all(
    modelled.map(async (component, index): Promise<ModelMember> => {
      const name = `127.0.0.1:${index + 1}`;
      return {
        component,
        pair: await pairOf(component),
        ca: clusterCa.certificatePem,
        instance: configured(component, name, listOf(component)),
      };
    }),
  );
  return { members, agent: { pair: await pairOf('agent'), ca: clusterCa.certificatePem } };
}

/** The instance with this list at a position of its own file. */
export function configured(component: ComponentName, name: string, list: readonly string[] | undefined): Instance {
  const origin = { kind: 'file', file: `/conf/${component}.toml`, line: 12, column: 1 } as const;
  const instance = instanceOf(component, list === undefined ? { name } : { name, list });
  const file = (kind: string) => ({ value: `/tls/${component}.${kind}`, origin });
  return {
    ...instance,
    version: '8.5.0',
    advertisedHosts: [{ value: '127.0.0.1', origin }],
    security: {
      ca: file('ca'),
      cert: file('crt'),
      key: file('key'),
      allowedCommonNames: list && { value: list, origin },
    },
    endpoints: instance.endpoints.map((endpoint, index) => ({
      ...endpoint,
      port: Number(name.split(':')[1]) * 10 + index,
      origin,
      allowList: list === undefined ? 'none' : { value: list, origin },
    })),
  };
}

export function changed(model: Model, component: ComponentName, more: Partial<ModelMember>): Model {
  return { ...model, members: model.members.map((one) => (one.component === component ? { ...one, ...more } : one)) };
}

export function switched(model: Model, component: ComponentName, ports: ModelMember['ports']): Model {
  return changed(model, component, ports === undefined ? {} : { ports });
}

/** The evidence that a scan of this cluster gives. */
export async function evidenceOfModel(t: Pick<Test, 'teardown'>, model: Model): Promise<Evidence> {
  const facts = await Promise.all(model.members.map((member) => factsOfMember(t, member, member.component)));
  const agent = await factsOfMember(t, model.agent, undefined);
  const ports = model.members.flatMap((member) => member.instance.endpoints.map((endpoint) => ({ member, endpoint })));
  const observations = ports.flatMap(({ member, endpoint }) =>
    probesOf(model, member, { instance: member.instance, endpoint }),
  );
  return evidenceOf({
    instances: model.members.map(({ instance }) => instance),
    facts,
    agent,
    observations,
    serverHandshakes: ports.flatMap(({ member, endpoint }) =>
      handshakeOf(member, { instance: member.instance, endpoint }),
    ),
    ...model.inventory,
    ...model.more,
  });
}

/** Facts by contents: reading and verifying them is what takes time. */
const known = new Map<string, Promise<CredentialFacts>>();

async function factsOfMember(
  t: Pick<Test, 'teardown'>,
  { pair, ca, facts }: Model['agent'],
  component: ComponentName | undefined,
): Promise<CredentialFacts> {
  const key = [pair.certificatePem, pair.keyPem, ca, component].join();
  const read = known.get(key) ?? factsOf(t, pair, component === undefined ? { ca } : { ca, component });
  known.set(key, read);
  // Files are older than the observations of the processes that hold what they held before.
  const earlier = now.getTime() - 60_000;
  return { ...(await read), certModifiedAt: earlier, caModifiedAt: earlier, ...facts };
}

interface Client {
  readonly identity: IdentityName;
  readonly pair: Issued | undefined;
  readonly ca: string;
}

function probesOf(model: Model, member: ModelMember, port: EndpointOfInstance): readonly EndpointObservation[] {
  const { calledBy } = port.endpoint.profile;
  const usable = (one: Pick<ModelMember, 'pair' | 'facts'>) => !cannotLoad(one) && one.facts?.errors === undefined;
  const own = model.members.filter(({ instance }) => instance.security.cert !== undefined).filter(usable);
  const clients: readonly Client[] = [
    ...(usable(model.agent) ? [{ identity: 'agent' as const, ...model.agent }] : []),
    ...own.filter(({ component }) => calledBy.includes(component)).map((one) => ({ identity: one.component, ...one })),
  ];
  const lists = namesEnforced(port.endpoint, port.instance);
  const strangers = own
    .filter(({ component }) => !calledBy.includes(component) && lists)
    .filter(
      ({ pair }) =>
        isCallerAccepted(port.endpoint, port.instance, { leaf: chainOf(pair)[0]?.commonNames ?? [] }) === 'rejected',
    )
    .map((one) => ({ identity: one.component, ...one }));
  const negative: readonly Client[] = [
    { identity: 'no-certificate', pair: undefined, ca: clusterCa.certificatePem },
    { identity: 'foreign-ca', pair: foreign, ca: clusterCa.certificatePem },
    ...strangers,
  ];
  return [...clients, ...negative, { identity: 'plaintext' as const, pair: undefined, ca: '' }].map((client) => {
    const strict = client.identity === 'agent' || calledBy.includes(client.identity as ComponentName);
    return observed(port.instance, port.endpoint.name, {
      identity: client.identity,
      ...attempt(member, port, client, strict),
    });
  });
}

const foreign = await pairOf('tidb', {}, await Authority.create({ commonName: 'Foreign CA' }));

function rejected(
  rejection: Omit<Rejection, 'number'> & { readonly number?: number },
  detail: string,
): Partial<Observation> {
  return { outcome: 'rejected', rejection: { number: undefined, ...rejection }, detail };
}

function attempt(
  member: ModelMember,
  port: EndpointOfInstance,
  { identity, pair, ca }: Client,
  strict: boolean,
): Partial<Observation> {
  const { endpoint } = port;
  const { probe, certificateReload } = endpoint.profile;
  const how = member.ports?.[endpoint.name];
  const broken = cannotLoad(member);
  if (how === 'down') {
    return { outcome: 'unreachable', detail: 'unreachable: connection refused (this is not a TLS rejection)' };
  }
  if (how === 'silent') {
    return { outcome: 'timeout', detail: 'no TLS handshake within 2000 ms' };
  }
  if (identity === 'plaintext') {
    return how === 'plaintext' || how === 'plaintext-too'
      ? {}
      : rejected({ side: 'peer', by: 'close', name: 'close' }, 'the server closed the connection');
  }
  if (how === 'plaintext') {
    return { outcome: 'not-tls', detail: 'the port answers without TLS' };
  }
  if (broken && certificateReload === 'every-handshake') {
    return rejected(
      { side: 'peer', by: 'tls-alert', number: 80, name: 'internal_error' },
      'rejected by the server with the TLS alert internal_error (80)',
    );
  }
  const peerChain = chainOf(member.served?.[endpoint.name] ?? member.pair);
  const peerProblem = problemOf(peerChain, ca, 'serverAuth', endpoint.host);
  const seen = {
    peerChain,
    peerProblem,
    protocol: probe.protocol,
    alpn: how === 'no-alpn' ? undefined : 'h2',
  } as const;
  if (strict && peerProblem !== undefined) {
    const by = peerProblem === 'ERR_TLS_CERT_ALTNAME_INVALID' ? 'name' : 'certificate';
    return {
      ...seen,
      ...rejected(
        { side: 'probe', by, name: peerProblem },
        `the server's certificate is rejected (${codeText(peerProblem)})`,
      ),
    };
  }
  return { ...seen, ...accepted(member, port, pair, how) };
}

function accepted(
  member: ModelMember,
  { instance, endpoint }: EndpointOfInstance,
  pair: Issued | undefined,
  how: Switch | undefined,
): Partial<Observation> {
  const { callers, probe } = endpoint.profile;
  const enforced = member.loadedList;
  const held =
    enforced === undefined
      ? { instance, endpoint }
      : {
          instance,
          endpoint: {
            ...endpoint,
            allowList: enforced === 'none' ? ('none' as const) : { value: enforced, origin: endpoint.origin },
          },
        };
  const asks = callers.clientCertificate === 'always' || namesEnforced(held.endpoint, held.instance);
  const open = how === 'requests-none' || how === 'verifies-none';
  const alert = rejected(
    callers.rejectsBy === 'alert'
      ? { side: 'peer', by: 'tls-alert', number: 42, name: 'bad_certificate' }
      : { side: 'peer', by: 'close', name: 'close' },
    'rejected by the server',
  );
  const chain = pair === undefined ? [] : chainOf(pair);
  const problem = pair === undefined ? 'none' : problemOf(chain, member.loadedCa ?? member.ca, 'clientAuth', undefined);
  if (how === 'rejects-all' || (asks && !open && problem !== undefined)) {
    return alert;
  }
  const names = { leaf: chain[0]?.commonNames ?? [] };
  if (
    !open &&
    how !== 'ignores-names' &&
    isCallerAccepted(
      held.endpoint,
      held.instance,
      names,
      componentCommonNames[instance.component as keyof typeof componentCommonNames],
    ) !== 'accepted'
  ) {
    return callers.commonNameCheckedAt === 'handshake'
      ? alert
      : callers.commonNameCheckedAt === 'rpc'
        ? rejected(
            { side: 'peer', by: 'rpc-status', number: 16, name: 'UNAUTHENTICATED' },
            'gRPC status UNAUTHENTICATED (16)',
          )
        : rejected({ side: 'peer', by: 'http-status', number: 403, name: '403' }, 'HTTP 403');
  }
  return probe.protocol === 'http' && probe.accept !== 'any'
    ? {
        application: {
          protocol: 'http',
          status: how === 'error' ? 500 : 200,
          answer: how === 'other-program' ? undefined : ({ kind: probe.accept } as never),
        },
      }
    : {
        application:
          probe.protocol === 'http'
            ? { protocol: 'http', status: how === 'error' ? 500 : 200, answer: undefined }
            : { protocol: 'grpc', status: how === 'error' ? 13 : 0 },
      };
}

/** Certificates by their text: a model is asked for the same ones hundreds of times. */
const parsed = new Map<string, readonly Certificate[]>();

function certificatesOf(pem: string): readonly Certificate[] {
  const known = parsed.get(pem) ?? splitCertificates(pem).map((one) => readCertificate(one));
  parsed.set(pem, known);
  return known;
}

function chainOf({ certificatePem }: Issued): readonly Certificate[] {
  return certificatesOf(certificatePem);
}

/** Whether a process could not load the files; what only the agent may not read counts not. */
function cannotLoad({ pair, facts }: Pick<ModelMember, 'pair' | 'facts'>): boolean {
  const [leaf] = chainOf(pair);
  const matches = leaf?.matchesKey(createPrivateKey(pair.keyPem)) === true;
  return !matches || (facts?.errors?.some(({ code }) => code !== 'permission_denied') ?? false);
}

const problems = new Map<string, string | undefined>();

function problemOf(
  chain: readonly Certificate[],
  ca: string,
  usage: string,
  host: string | undefined,
): string | undefined {
  const key = [chain.map(({ fingerprint }) => fingerprint), ca, usage, host].join();
  if (!problems.has(key)) {
    problems.set(key, problemFound(chain, ca, usage, host));
  }
  return problems.get(key);
}

/** What a verifier says of a chain; in the order in which faults are noticed. */
function problemFound(
  chain: readonly Certificate[],
  ca: string,
  usage: string,
  host: string | undefined,
): string | undefined {
  const [leaf] = chain;
  const anchors = certificatesOf(ca);
  const top = chain.at(-1);
  if (leaf === undefined || top === undefined || !anchors.some((one) => top.isIssuedBy(one))) {
    return 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY';
  }
  const anchor = anchors.find((one) => top.isIssuedBy(one));
  const all = [...chain, ...(anchor === undefined ? [] : [anchor])];
  if (all.some(({ notAfter }) => notAfter <= now)) {
    return 'CERT_HAS_EXPIRED';
  }
  if (all.some(({ notBefore }) => notBefore > now)) {
    return 'CERT_NOT_YET_VALID';
  }
  if (leaf.extendedKeyUsage !== undefined && !leaf.extendedKeyUsage.includes(usage)) {
    return 'INVALID_PURPOSE';
  }
  return host === undefined || leaf.coversHost(host) ? undefined : 'ERR_TLS_CERT_ALTNAME_INVALID';
}

function handshakeOf(
  member: ModelMember,
  { instance, endpoint }: EndpointOfInstance,
): readonly EndpointServerHandshake[] {
  const how = member.ports?.[endpoint.name];
  const asks = endpoint.profile.callers.clientCertificate === 'always' || namesEnforced(endpoint, instance);
  const requestsCertificate = how === 'requests-none' ? false : asks;
  return how === 'down' || how === 'silent' || how === 'plaintext'
    ? []
    : [serverHandshakeOf(instance, { requestsCertificate, authorities: [] }, endpoint.name)];
}
