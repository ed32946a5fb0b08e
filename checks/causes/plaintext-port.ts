import { profiles } from '../../cluster/components/profiles.js';
import type { Instance } from '../../cluster/inventory/inventory.js';
import type { EndpointOfInstance } from '../check.js';
import { portsOf } from '../check.js';
import type { Finding } from '../finding.js';
import type { Cause, Claim } from './cause.js';
import { placeOfInstance, placeOfPort } from './place.js';
import type { Scene } from './scene.js';

/** A port serves plaintext, alone or beside TLS. */
export const plaintextPort: Cause = {
  name: 'plaintext-port',
  title: 'A port serves plaintext',
  severity: 'exposed',
  description:
    'The port answers without TLS, or its configuration leaves a TLS path or the https of a URL out. Callers that use TLS cannot connect, and whoever reaches the port needs no certificate. Where the configuration is complete, the running process does not use it, or something else listens there.',
  find: (scene) => scene.evidence.inventory.instances.flatMap((instance) => claimsOf(scene, instance)),
};

function claimsOf(scene: Scene, instance: Instance): readonly Claim[] {
  const settings = scene
    .at(instance)
    .filter(
      ({ check, status, evidence }) =>
        (check === 'tls-configured' && (status === 'fail' || status === 'warn')) ||
        (check === 'survives-restart' && evidence.reason === 'in-plaintext'),
    );
  const ports = portsOf([instance])
    .map((port) => ({ port, findings: inPlaintext(scene, port) }))
    .filter(({ findings }) => findings.length > 0);
  if (settings.length > 0) {
    const rest = ports.flatMap(({ port }) => ofPlaintext(scene, port));
    const configured = settings.filter(({ endpoint }) => endpoint === undefined);
    const [first] = configured.length > 0 ? configured : settings;
    return [
      {
        place: placeOfInstance(instance),
        summary: first?.message ?? '',
        fixes: [...new Set(settings.map(({ remediation }) => remediation)), `restart ${instance.component}`],
        shownBy: [...settings, ...ports.flatMap(({ findings }) => findings)],
        consequences: rest,
      },
    ];
  }
  const { ca, cert, key } = profiles[instance.component].securityKeys;
  return ports.map(({ port, findings }) => ({
    place: placeOfPort(port),
    summary: findings.some(({ evidence }) => evidence.outcome === 'not-tls')
      ? 'serves plaintext, although its configuration has TLS: callers that use TLS cannot connect'
      : 'answers in plaintext beside TLS: whoever reaches the port needs no certificate',
    fixes: [
      `restart ${instance.component}, so that it uses its file: ${ca}, ${cert} and ${key} are set there`,
      'if it still answers without TLS, find out what listens there: ss -ltnp',
    ],
    shownBy: findings,
    consequences: ofPlaintext(scene, port),
  }));
}

function inPlaintext(scene: Scene, port: EndpointOfInstance): readonly Finding[] {
  return scene
    .atPort(port)
    .filter(
      ({ check, status, identity, evidence: { outcome } }) =>
        status === 'fail' &&
        ((check === 'endpoint-answers' && outcome === 'not-tls') ||
          (check === 'rejects-unauthorized' && identity === 'plaintext')),
    );
}

function ofPlaintext(scene: Scene, port: EndpointOfInstance): readonly Finding[] {
  return scene.atPort(port).filter((finding) => isOfPlaintext(finding));
}

/** What a plaintext port makes of the checks of that port. */
export function isOfPlaintext({ status, check, identity, evidence: { outcome } }: Finding): boolean {
  return status === 'unknown' || outcome === 'not-tls' || identity === 'plaintext' || check === 'requests-certificate';
}
