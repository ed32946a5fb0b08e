import { formatOrigin } from '../cluster/documents/origin.js';
import { formatAddress } from '../cluster/inventory/address.js';
import type { Evidence } from './check.js';
import type { Finding } from './finding.js';
import { findingOf } from './finding-of.js';

const id = 'after-enable';

/**
 * Whether TLS was enabled everywhere: every URL in PD https, every component registered and answering over mutual TLS,
 * no plaintext port left, one CA. The last finding says whether to go on or to roll back.
 */
export function afterEnable(evidence: Evidence): readonly Finding[] {
  const findings = [...pdUrls(evidence), ...registered(evidence), ...answering(evidence), ...oneCa(evidence)];
  return [...findings, result(findings, evidence)];
}

/** What PD holds of itself, against what it should be; from PD alone, or where it disagrees with the topology. */
function pdUrls({ inventory }: Evidence): readonly Finding[] {
  return inventory.instances
    .filter(({ component }) => component === 'pd')
    .flatMap((instance) =>
      instance.endpoints.map((endpoint) => {
        const address = formatAddress(endpoint);
        const disagreement = inventory.disagreements.find(
          ({ code, message }) => code === 'scheme-disagrees' && message.includes(`${address} is https here, http`),
        );
        return endpoint.scheme === 'https' && disagreement === undefined
          ? findingOf(id, 'pass', instance, { endpoint, message: `its ${endpoint.name} URL is https` })
          : findingOf(id, 'fail', instance, {
              endpoint,
              message: `its ${endpoint.name} URL is still http in PD`,
              remediation:
                endpoint.name === 'peer'
                  ? `etcdctl member update ID --peer-urls=https://${address}, with the ID that etcdctl member list shows`
                  : 'start PD with https URLs',
            });
      }),
    );
}

function registered({ inventory }: Evidence): readonly Finding[] {
  const absent = inventory.disagreements.filter(({ code }) => code === 'not-registered');
  return absent.length === 0
    ? [findingOf(id, 'pass', 'agent', { message: 'every component that is configured is registered in PD' })]
    : absent.map(({ origin, message, remediation }) =>
        findingOf(id, 'fail', 'agent', { message: `${formatOrigin(origin)}: ${message}`, remediation }),
      );
}

function answering({ observations }: Evidence): readonly Finding[] {
  return observations
    .filter(({ observation }) => observation.identity === 'agent')
    .map(({ instance, endpoint, observation: { outcome, detail, peerProblem } }) => {
      if (outcome === 'accepted' && peerProblem === undefined) {
        return findingOf(id, 'pass', instance, { endpoint, message: 'answers over mutual TLS' });
      }
      const message = outcome === 'not-tls' ? 'is still plaintext' : `does not answer over TLS: ${detail}`;
      return findingOf(id, 'fail', instance, {
        endpoint,
        message,
        remediation: 'restart the component with its new configuration',
      });
    });
}

/** Which of the CAs in the agent's own file signed what a port serves; TiUP's share one name, so the key decides. */
function oneCa({ observations, agent }: Evidence): readonly Finding[] {
  const ports = new Map<string, string[]>();
  for (const { instance, endpoint, observation } of observations) {
    const top = observation.peerChain.at(-1);
    if (top !== undefined && observation.identity === 'agent') {
      const signer = agent?.ca?.find((authority) => top.isSignedBy(authority))?.fingerprint ?? '';
      ports.set(signer, [...(ports.get(signer) ?? []), `${instance.component} ${instance.name} ${endpoint.name}`]);
    }
  }
  const [most, ...others] = [...ports].sort(([, a], [, b]) => b.length - a.length);
  if (most === undefined) {
    return [findingOf(id, 'unknown', 'agent', { message: 'no certificate was seen' })];
  }
  return others.length === 0
    ? [findingOf(id, 'pass', 'agent', { message: 'all certificates seen are of one CA' })]
    : others.map(([, of]) =>
        findingOf(id, 'fail', 'agent', {
          message: `${of.join(', ')}: the certificate is of another CA than that of most ports`,
          remediation: 'enable again with --reload-certificate, so that all are issued anew',
        }),
      );
}

function result(findings: readonly Finding[], { observations }: Evidence): Finding {
  const failed = findings.filter(({ status }) => status === 'fail');
  if (observations.length === 0) {
    return findingOf(id, 'unknown', 'agent', { message: 'no port was looked at, so nothing is known' });
  }
  if (failed.length === 0) {
    return findingOf(id, 'pass', 'agent', { message: 'TLS is enabled everywhere; nothing is left to do' });
  }
  const onlyPeerUrls = failed.every(
    ({ component, endpoint, message }) =>
      component === 'pd' && endpoint === 'peer' && /URL is still http/.test(message),
  );
  return onlyPeerUrls
    ? findingOf(id, 'fail', 'agent', {
        message: 'go on: all ports speak TLS, only peer URLs in PD are still http',
        remediation: 'update the members; PD takes the URL it stored over its flags at the next start',
      })
    : findingOf(id, 'fail', 'agent', {
        message: `roll back: ${failed.length} things are not as they should be after enabling`,
        remediation: 'tiup cluster tls disable NAME --force, then see what failed; or mend it at once and ask again',
      });
}
