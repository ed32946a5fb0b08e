import { clientsThatKeep, keptCertificatesOf } from '../cluster/components/outgoing.js';
import { profiles } from '../cluster/components/profiles.js';
import type { Endpoint, Instance } from '../cluster/inventory/inventory.js';
import type { Certificate } from '../credentials/certificate.js';
import { type Check, credentialKey, type Evidence, portKey } from './check.js';
import { durationText } from './duration-text.js';
import { type Finding, findingOf } from './finding.js';
import { latestChains } from './latest-chains.js';
import { reloadAllowances, reloadRuleOf } from './reload-deadline.js';
import { uptime } from './thresholds.js';

const id = 'lifetime-covers-reload';
const least = durationText(uptime);

export const lifetimeCoversReload: Check = {
  id,
  title: 'Certificates stay valid until the renewed one is in use',
  severity: 'fail',
  description: `A certificate of hours or days, as Vault and cert-manager issue them, is renewed while the process runs. A port that reads its files only at its start goes on to serve the first one. So does a gRPC channel of TiKV or TiFlash, which presents the certificate that it was made with through every reconnect, the log backup of TiKV 6.2 to 6.5.0, every outgoing connection of TiFlash and TiCDC before 6.6, and a declared client of client-java or TiSpark. Warns of both where a certificate is issued for less than ${least}; a process is expected to run that long. A port that reads its files once an hour (TiProxy) fails where the certificate that it serves expires before it is sure to serve another. Other ports reload at a connection: see served-matches-file.`,
  remediation: 'Issue certificates for longer, or restart the component after each renewal.',
  statuses: {
    fail: 'the certificate served expires before the reload deadline of its port',
    warn: `a certificate is issued for less than ${least}, and its process keeps it until a restart`,
  },
  run: (evidence) => {
    const served = new Map(
      latestChains(evidence.observations).map(({ instance, endpoint, observation }) => [
        portKey(instance, endpoint),
        observation.peerChain[0],
      ]),
    );
    const known = evidence.inventory.instances.flatMap((instance) => onDisk(instance, evidence) ?? []);
    const shortest = [...known, ...served.values()].find((leaf) => leaf !== undefined && shortLived(leaf));
    const ofInstances = evidence.inventory.instances.flatMap((instance) => {
      const leaves = instance.endpoints.map((endpoint) => served.get(portKey(instance, endpoint)));
      const known = [onDisk(instance, evidence), ...leaves].find((leaf) => leaf !== undefined);
      const problems = [
        ...instance.endpoints.flatMap((endpoint, index) => ofPort(instance, endpoint, leaves[index], evidence)),
        ...ofOutgoing(instance, known),
      ];
      const pass = findingOf(id, 'pass', instance, { message: 'its certificates stay valid until they are reloaded' });
      return problems.length > 0 || known === undefined ? problems : [pass];
    });
    return [...ofInstances, ...ofClients(evidence, shortest)];
  },
};

function ofPort(
  instance: Instance,
  endpoint: Endpoint,
  served: Certificate | undefined,
  evidence: Evidence,
): readonly Finding[] {
  const rule = reloadRuleOf(endpoint, instance);
  const leaf = served ?? onDisk(instance, evidence);
  if (leaf === undefined || leaf.notAfter <= evidence.now) {
    return [];
  }
  if (rule === 'restart') {
    const reads = `the ${endpoint.profile.title} reads its certificate only at its start`;
    return shortLived(leaf) ? [keptUntilRestart(instance, leaf, reads, endpoint)] : [];
  }
  const allowance = reloadAllowances[rule] ?? 0;
  const left = leaf.notAfter.getTime() - evidence.now.getTime();
  const facts = evidence.credentials.get(credentialKey(instance));
  const renewed = served !== undefined && facts?.chain?.[0]?.fingerprint !== served.fingerprint;
  // Without the files the time of the renewal is unknown, and nothing is said.
  const until = renewed ? (facts?.certModifiedAt ?? 0) + allowance - evidence.now.getTime() : allowance;
  if (left >= until) {
    return [];
  }
  const message = `serves a certificate that expires in ${durationText(left)}, and may take ${durationText(until)} to serve a renewed one`;
  const renew = renewed ? '' : 'renew the certificate, then ';
  const remediation = `${renew}change a setting in the configuration of ${instance.component}: it then reloads its certificate at once`;
  return [findingOf(id, 'fail', instance, { endpoint, message, remediation, evidence: factsOf(leaf) })];
}

/** The clients inside a component that go on to present the certificate that they were made with. */
function ofOutgoing(instance: Instance, leaf: Certificate | undefined): readonly Finding[] {
  const { title } = profiles[instance.component];
  return leaf === undefined || !shortLived(leaf)
    ? []
    : keptCertificatesOf(instance.component, instance.version).map(({ what }) =>
        keptUntilRestart(
          instance,
          leaf,
          `${what} of ${title} presents the certificate that it was made with, through every reconnect`,
        ),
      );
}

/** A declared client has no certificate here: the lifetime of the cluster's certificates stands for its own. */
function ofClients({ inventory: { clients } }: Evidence, leaf: Certificate | undefined): readonly Finding[] {
  return leaf === undefined
    ? []
    : clients.flatMap(({ name, commonName }) => {
        const what = clientsThatKeep[name];
        const message = `${what} (${commonName ?? name}) presents the certificate of its start until it is restarted; certificates of this cluster are issued for ${durationText(lifetimeOf(leaf))}`;
        const remediation = `issue its certificate for ${least} at least, or restart it after each renewal`;
        return what === undefined
          ? []
          : [findingOf(id, 'warn', 'agent', { message, remediation, evidence: factsOf(leaf) })];
      });
}

function onDisk(instance: Instance, { credentials }: Evidence): Certificate | undefined {
  return credentials.get(credentialKey(instance))?.chain?.[0];
}

function shortLived(leaf: Certificate): boolean {
  return lifetimeOf(leaf) < uptime;
}

function lifetimeOf({ notBefore, notAfter }: Certificate): number {
  return notAfter.getTime() - notBefore.getTime();
}

function keptUntilRestart(instance: Instance, leaf: Certificate, keeps: string, endpoint?: Endpoint): Finding {
  return findingOf(id, 'warn', instance, {
    ...(endpoint === undefined ? {} : { endpoint }),
    message: `${keeps}; the certificate is issued for ${durationText(lifetimeOf(leaf))}`,
    remediation: `issue certificates for ${least} at least, or restart ${instance.component} after each renewal`,
    evidence: factsOf(leaf),
  });
}

function factsOf({ subject, notBefore, notAfter }: Certificate): Finding['evidence'] {
  return { subject, notBefore: notBefore.toISOString(), notAfter: notAfter.toISOString() };
}
