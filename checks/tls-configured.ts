import { profiles } from '../cluster/components/profiles.js';
import { formatOrigin } from '../cluster/documents/origin.js';
import type { Instance } from '../cluster/inventory/inventory.js';
import { configuredPathsOf, pathsSet } from '../cluster/inventory/own-paths.js';
import type { Check, Evidence } from './check.js';
import { type Finding, findingOf } from './finding.js';
import { isPlaintextCluster } from './plaintext-cluster.js';
import { speaksTls } from './speaks-tls.js';

const id = 'tls-configured';

export const tlsConfigured: Check = {
  id,
  title: 'All three TLS paths are set',
  severity: 'fail',
  description:
    'TLS needs a CA, a certificate and a key. Without all three the cluster has no TLS. With one or two of them some components serve plaintext without a log line, and others do not start. PD also needs https in its URLs.',
  remediation: 'Set all three paths; in PD use https in every URL.',
  statuses: {
    fail: 'no component of the cluster has TLS although the agent has a certificate, one or two of the three paths are set, or a URL is http although all three are set',
    warn: 'none of them is set, or the port speaks TLS although its URL is http',
    unknown: 'its file sets none of them, and flags that the agent does not know may set them',
  },
  run: (evidence) =>
    isPlaintextCluster(evidence)
      ? [ofPlaintextCluster(evidence)]
      : evidence.inventory.instances.filter(({ local }) => local).flatMap((instance) => evaluate(instance, evidence)),
};

/** An agent with a certificate expects TLS. */
function ofPlaintextCluster({ agent }: Evidence): Finding {
  const message = 'no component is configured with TLS: every connection of this cluster is plaintext';
  const remediation =
    'enable TLS for the whole cluster: set the three paths of every component, and https in every URL of PD';
  return findingOf(id, agent === undefined ? 'warn' : 'fail', 'agent', {
    message,
    remediation,
    evidence: { reason: 'plaintext-cluster' },
  });
}

function evaluate(instance: Instance, evidence: Evidence): readonly Finding[] {
  const configured = configuredPathsOf(instance);
  const { ca, cert, key } = configured;
  const { securityKeys: keys, caOptional, flagsSet } = profiles[instance.component];
  const set = pathsSet(configured);
  const complete = cert !== undefined && key !== undefined && (ca !== undefined || caOptional === true);
  const remediation = `set ${keys.ca}, ${keys.cert} and ${keys.key}`;
  if (set === 0 && instance.flagsUnknown === true && flagsSet !== undefined) {
    const message = `inconclusive: ${instance.configFile} sets no TLS path, and its flags are unknown`;
    const known = 'set processes = true, or name the topology, so that the agent knows the flags';
    return [findingOf(id, 'unknown', instance, { message, remediation: known })];
  }
  if (set === 0) {
    const message = 'no TLS is configured: its ports serve plaintext';
    return [findingOf(id, 'warn', instance, { message, remediation, evidence: { paths: set } })];
  }
  if (!complete) {
    const file = instance.configFile === undefined ? '' : ` in ${instance.configFile}`;
    const message = `only ${set} of the three TLS paths are set${file}`;
    return [findingOf(id, 'fail', instance, { message, remediation, evidence: { paths: set } })];
  }
  const plain = instance.endpoints.filter(({ scheme }) => scheme === 'http');
  return plain.length === 0
    ? [
        findingOf(id, 'pass', instance, {
          message: ca ? 'all three TLS paths are set' : 'certificate and key are set',
        }),
      ]
    : plain.map((endpoint) =>
        speaksTls({ instance, endpoint }, evidence)
          ? findingOf(id, 'warn', instance, {
              endpoint,
              message: `its URL is http in ${formatOrigin(endpoint.origin)}, but the port speaks TLS`,
              remediation: 'write https in its URL, so that the port still speaks TLS after its next restart',
            })
          : findingOf(id, 'fail', instance, {
              endpoint,
              message: 'serves plaintext: its URL is http, although the TLS paths are set',
              remediation: 'write https in its URL and restart it',
            }),
      );
}
