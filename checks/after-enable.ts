import { formatOrigin } from '../cluster/documents/origin.js';
import { formatAddress } from '../cluster/inventory/address.js';
import type { Endpoint, Instance, Inventory } from '../cluster/inventory/inventory.js';
import type { Evidence } from './check.js';
import { type Finding, findingOf } from './finding.js';
import { runParts } from './run-checks.js';

const id = 'after-enable';

/**
 * Whether TLS was enabled everywhere: every URL in PD is https, every component is registered and answers over mutual
 * TLS, no port serves plaintext, and all certificates are of one CA. The last finding says whether to go on or to roll back.
 */
export function afterEnable(evidence: Evidence): readonly Finding[] {
  const urls = runParts(id, evidence, pdUrls);
  const others = runParts(id, evidence, registered, answering, oneCa);
  return [...urls, ...others, result(urls, others, evidence)];
}

/** The URLs that PD stores of itself. */
function pdUrls({ inventory }: Evidence): readonly Finding[] {
  return inventory.instances
    .filter(({ component }) => component === 'pd')
    .flatMap((instance) =>
      instance.endpoints.map((endpoint) => {
        if (!askedPd(instance)) {
          return findingOf(id, 'unknown', instance, {
            endpoint,
            message: `inconclusive: PD was not asked for its ${endpoint.name} URL, or did not answer`,
            remediation: pdRemediation,
          });
        }
        return endpoint.scheme === 'https' && !isHttpElsewhere(inventory, instance, endpoint)
          ? findingOf(id, 'pass', instance, { endpoint, message: `its ${endpoint.name} URL is https` })
          : findingOf(id, 'fail', instance, {
              endpoint,
              message: `its ${endpoint.name} URL is still http in PD`,
              remediation:
                endpoint.name === 'peer'
                  ? `etcdctl member update ID --peer-urls=https://${formatAddress(endpoint)}, with the ID that etcdctl member list prints`
                  : 'start PD with https URLs',
            });
      }),
    );
}

const pdRemediation =
  "name PD with --pd, or the meta.yaml of TiUP, whose client certificate is beside it; read the findings about PD's answer";

/** Whether PD itself reports an instance; a topology says only what it should be. */
function askedPd({ sources = [] }: Instance): boolean {
  return sources.includes('pd');
}

function isHttpElsewhere({ disagreements }: Inventory, { component }: Instance, endpoint: Endpoint): boolean {
  const address = formatAddress(endpoint);
  return disagreements.some(
    (one) => one.code === 'scheme-disagrees' && one.component === component && one.address === address,
  );
}

function registered({ inventory }: Evidence): readonly Finding[] {
  if (!inventory.instances.some(askedPd)) {
    const message = 'inconclusive: PD was not asked which components are registered, or did not answer';
    return [findingOf(id, 'unknown', 'agent', { message, remediation: pdRemediation })];
  }
  const absent = inventory.disagreements.filter(({ code }) => code === 'not-registered');
  return absent.length === 0
    ? [findingOf(id, 'pass', 'agent', { message: 'every configured component is registered in PD' })]
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
      const message = outcome === 'not-tls' ? 'still serves plaintext' : `does not answer over TLS: ${detail}`;
      const remediation = 'restart the component with its new configuration';
      return findingOf(id, 'fail', instance, { endpoint, message, remediation });
    });
}

/** Compares the CAs of the certificates served. It compares keys, because all CAs of TiUP have the same name. */
function oneCa({ observations, agent }: Evidence): readonly Finding[] {
  const ports = new Map<string, string[]>();
  for (const { instance, endpoint, observation } of observations) {
    const top = observation.peerChain.at(-1);
    if (top !== undefined && observation.identity === 'agent') {
      const issuer = agent?.ca?.find((authority) => top.isSignedBy(authority))?.fingerprint ?? '';
      ports.set(issuer, [...(ports.get(issuer) ?? []), `${instance.component} ${instance.name} ${endpoint.name}`]);
    }
  }
  const [most, ...others] = [...ports].sort(([, a], [, b]) => b.length - a.length);
  if (most === undefined) {
    return [findingOf(id, 'unknown', 'agent', { message: 'inconclusive: no port served a certificate' })];
  }
  return others.length === 0
    ? [findingOf(id, 'pass', 'agent', { message: 'all certificates served are of one CA' })]
    : others.map(([, names]) =>
        findingOf(id, 'fail', 'agent', {
          message: `${names.join(', ')}: the certificate is of another CA than that of most ports`,
          remediation: 'enable TLS again with --reload-certificate, which issues all certificates again',
        }),
      );
}

function result(urls: readonly Finding[], others: readonly Finding[], { observations }: Evidence): Finding {
  if (observations.length === 0) {
    return findingOf(id, 'unknown', 'agent', { message: 'inconclusive: no port was probed' });
  }
  const failed = [...urls, ...others].filter(({ status }) => status === 'fail');
  const unknown = [...urls, ...others].filter(({ status }) => status === 'unknown');
  if (failed.length === 0 && unknown.length > 0) {
    const message = `inconclusive: ${unknown.length} conditions could not be checked`;
    return findingOf(id, 'unknown', 'agent', { message, remediation: 'see the inconclusive findings above' });
  }
  if (failed.length === 0) {
    return findingOf(id, 'pass', 'agent', { message: 'TLS is enabled everywhere; nothing is left to do' });
  }
  const isPeerUrl = (finding: Finding) => urls.includes(finding) && finding.endpoint === 'peer';
  if (!failed.some(isPeerUrl)) {
    return findingOf(id, 'fail', 'agent', {
      message: `not finished: ${failed.length} conditions do not hold after enabling TLS`,
      remediation: 'restart what failed with tiup cluster restart NAME -N HOST:PORT, and check again',
    });
  }
  return failed.every(isPeerUrl)
    ? findingOf(id, 'fail', 'agent', {
        message: 'go on: all ports serve TLS; only peer URLs in PD are still http',
        remediation: 'update the members; at its next start PD prefers the stored URL to its flags',
      })
    : findingOf(id, 'fail', 'agent', {
        message: `roll back: peer URLs in PD are still http, and ${failed.filter((one) => !isPeerUrl(one)).length} other conditions do not hold`,
        remediation: 'tiup cluster tls NAME disable --force (it needs exactly one PD), then find the cause',
      });
}
