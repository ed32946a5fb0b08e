import { createPrivateKey } from 'node:crypto';
import { Authority, type Issued } from '../../certs-dev/authority.js';
import { componentCommonNames } from '../../certs-dev/names.js';
import type { EndpointObservation, EndpointOfInstance, EndpointServerHandshake } from '../../checks/check.js';
import { isCallerAccepted, namesEnforced } from '../../cluster/access/expectation.js';
import type { ComponentName } from '../../cluster/components/profile.js';
import type { Certificate } from '../../credentials/certificate.js';
import { splitCertificates } from '../../credentials/pem.js';
import { readCertificate } from '../../credentials/read-certificate.js';
import { codeText } from '../../credentials/verifiers/code-words.js';
import type { IdentityName, Observation, Rejection } from '../../probes/observation.js';
import { now, observed, serverHandshakeOf } from './evidence.js';
import { clusterCa, type Model, type ModelMember, pairOf, type Switch } from './model-cluster.js';

interface Client {
  readonly identity: IdentityName;
  readonly pair: Issued | undefined;
  readonly ca: string;
}

export function probesOf(model: Model, member: ModelMember, port: EndpointOfInstance): readonly EndpointObservation[] {
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

export function handshakeOf(
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
