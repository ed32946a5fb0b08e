import { profiles } from '../cluster/components/profiles.js';
import type { Endpoint, Instance } from '../cluster/inventory/inventory.js';
import type { ApplicationAnswer } from '../probes/observation.js';
import { anotherCaOf } from './another-ca.js';
import {
  type Check,
  credentialKey,
  type EndpointObservation,
  type EndpointOfInstance,
  type Evidence,
} from './check.js';
import { filesFaultOf, whyNotConnected } from './files-fault.js';
import { type Finding, findingOf, type Status } from './finding.js';
import { isPlaintextCluster } from './plaintext-cluster.js';
import { remediationBesidesList } from './rejected-caller.js';
import { sourceRejection } from './source-address.js';

const id = 'endpoint-answers';

export const endpointAnswers: Check = {
  id,
  title: 'Each port answers the agent',
  severity: 'fail',
  decisive: true,
  description:
    "The agent sends each port a harmless request with the agent's certificate. Only application bytes count as an answer: in TLS 1.3 a completed handshake does not. An unreachable port and a timeout are no TLS rejection, and the finding says so.",
  remediation:
    "It depends on the observation: start the component, fix the network, or add the agent's Common Name to the component's allow-list.",
  statuses: {
    fail: 'the port rejects the agent, is unreachable, times out, is not encrypted, answers with an error or in another protocol, or belongs to another service',
    unknown: 'the probe was inconclusive, or the port was not probed, as one whose address no source gives',
  },
  run: (evidence) => {
    const byAgent = evidence.observations.filter(({ observation }) => observation.identity === 'agent');
    return [
      ...byAgent.map((entry) => evaluate(entry, evidence)),
      ...notProbed(evidence, byAgent),
      ...evidence.inventory.instances.flatMap(unlocated),
    ];
  },
};

/** The ports that the agent is to probe and has no observation of, with the reason. */
function notProbed(evidence: Evidence, byAgent: readonly EndpointObservation[]): readonly Finding[] {
  const probed = new Set(byAgent.map(({ endpoint }) => endpoint));
  return evidence.targets
    .filter(({ endpoint }) => !probed.has(endpoint))
    .map((port) => {
      const { why, remediation } = whyNotProbed(evidence, port);
      return findingOf(id, 'unknown', port.instance, {
        endpoint: port.endpoint,
        message: `inconclusive: not probed: ${why}`,
        remediation,
      });
    });
}

/** An instance with ports whose address is unknown. */
function unlocated(instance: Instance): readonly Finding[] {
  const { unlocated: ports = [], configFile, component } = instance;
  if (ports.length === 0) {
    return [];
  }
  const titles = profiles[component].endpoints.filter(({ name }) => ports.includes(name)).map(({ title }) => title);
  return [
    findingOf(id, 'unknown', instance, {
      message: `inconclusive: not probed: the address of the ${titles.join(' and ')} is unknown: ${configFile} has none, and its flags are unknown`,
      remediation: 'set processes = true, or name the topology, PD, or the address in [[instance]]',
    }),
  ];
}

interface Reason {
  readonly why: string;
  readonly remediation: string;
}

function whyNotProbed({ credentials }: Evidence, port: EndpointOfInstance): Reason {
  const facts = credentials.get(credentialKey(port.instance));
  const remediation = 'fix the files on disk';
  switch (whyNotConnected(port, facts)) {
    case 'mismatched':
      return {
        why: 'key and certificate on disk do not match, and a connection could leave the port with the old certificate',
        remediation,
      };
    case 'unreadable':
      return { why: 'its files on disk are invalid, and a connection would make it reload them', remediation };
    case 'forbidden': {
      const file = facts?.errors.find(({ code }) => code === 'permission_denied')?.file ?? 'its files';
      return {
        why: `the agent has no permission to read ${file}, and a connection could make the port load a mismatched pair`,
        remediation: 'run the agent as the user of the components',
      };
    }
    case undefined:
      return {
        why: 'the agent has no usable certificate, or its first scan has not reached this port',
        remediation:
          'give the agent a certificate: ca-path, cert-path and key-path under [security], or --cacert, --cert, --key',
      };
  }
}

function hasInvalidFiles({ credentials }: Evidence, instance: Instance): boolean {
  const facts = credentials.get(credentialKey(instance));
  const fault = facts && filesFaultOf(facts);
  return fault !== undefined && fault !== 'forbidden';
}

/** The TLS alert `internal_error`, which a Go server sends when it cannot load its own certificate. */
const internalError = 80;

/** Another document than the component's own JSON, or a 404 to a path that every release has: another service, or a proxy. */
function isForeign(
  { component }: Instance,
  { profile }: Endpoint,
  application: ApplicationAnswer | undefined,
): boolean {
  const { probe } = profile;
  if (application?.protocol !== 'http' || component === 'other') {
    return false;
  }
  const known = probe.protocol === 'http' && probe.accept !== 'any';
  return application.status === 404 || (known && application.status === 200 && application.answer === undefined);
}

function isError(application: ApplicationAnswer | undefined): boolean {
  return application?.protocol === 'http' ? application.status >= 500 : (application?.status ?? 0) !== 0;
}

function evaluate(entry: EndpointObservation, evidence: Evidence): Finding {
  const { instance, endpoint, observation } = entry;
  const { outcome, detail, application, rejection, identity } = observation;
  const another = anotherCaOf(entry, evidence);
  const source = sourceRejection(entry, evidence.agent?.chain?.[0]);
  const finding = (status: Status, message: string, remediation = '', reason: Readonly<Record<string, string>> = {}) =>
    findingOf(id, status, instance, {
      endpoint,
      identity,
      message,
      remediation,
      evidence: { outcome, ...reason, detail, address: `${endpoint.host}:${endpoint.port}`, ...another?.evidence },
    });
  switch (outcome) {
    case 'accepted':
      if (isForeign(instance, endpoint, application)) {
        return finding(
          'fail',
          `another service answers at this address: ${detail}`,
          'correct the address in the configuration, or stop the other service',
          { reason: 'another-service' },
        );
      }
      if (application?.protocol === 'http' && application.tlsError !== undefined) {
        return finding(
          'fail',
          `accepts the agent, but its own TLS connections to others fail: ${detail}`,
          `compare the CA file of this ${instance.component} with the certificates of those that it calls; restart it if the file is correct`,
        );
      }
      return isError(application)
        ? finding('fail', `accepts the agent, but answers with an error: ${detail}`, "read the component's log", {
            reason: 'error-answer',
          })
        : finding('pass', `answered: ${detail}`);
    case 'rejected':
      if (rejection?.number === internalError && hasInvalidFiles(evidence, instance)) {
        return finding(
          'fail',
          `rejects every client, since it cannot load its own files: ${detail}`,
          'fix certificate and key on disk; the next connection reads them',
        );
      }
      return finding(
        'fail',
        `${detail}${source === undefined ? '' : `; ${source.message}`}${another?.message ?? ''}`,
        source?.remediation ??
          another?.remediation ??
          (rejection?.side === 'probe' ? 'see server-verifies' : remediationBesidesList(entry, 'agent', evidence)) ??
          (endpoint.allowList === 'unknown'
            ? `give the agent a certificate that this port accepts; if ${instance.component} has an allow-list, compare it with the agent's Common Name`
            : "give the agent a certificate that this port accepts, or add its Common Name to the component's allow-list"),
      );
    case 'unreachable':
      return finding('fail', detail, 'start the component, or fix address or network');
    case 'timeout':
      return finding(
        'fail',
        `timeout: ${detail} (this is not a TLS rejection)`,
        'check whether the component hangs or the network drops packets',
      );
    case 'not-tls':
      if (isPlaintextCluster(evidence)) {
        return finding('pass', 'answers without TLS, as the whole cluster is configured: see tls-configured');
      }
      return finding(
        'fail',
        `is not encrypted: ${detail}`,
        'set the TLS paths and https URLs of the component, and restart it',
      );
    case 'inconclusive':
      return observation.isOtherProtocol === true
        ? finding(
            'fail',
            `another service answers at this address: ${detail}`,
            'correct the address in the configuration, or stop the other service',
          )
        : finding('unknown', `inconclusive: ${detail}`);
  }
}
