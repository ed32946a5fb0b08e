import type { Instance } from '../../cluster/inventory/inventory.js';
import type { EndpointOfInstance } from '../check.js';
import { portsOf } from '../check.js';
import type { Finding } from '../finding.js';
import { membersApart } from './consequences.js';
import type { Scene } from './scene.js';

/** The finding that a port does not answer: refused, no route, or no answer in time; undefined where it answers. */
export function unanswered(scene: Scene, port: EndpointOfInstance): Finding | undefined {
  return scene
    .atPort(port)
    .find(
      ({ check, evidence: { outcome } }) =>
        check === 'endpoint-answers' && (outcome === 'unreachable' || outcome === 'timeout'),
    );
}

/** The ports of an instance that were probed. */
export function probedPorts(scene: Scene, instance: Instance): readonly EndpointOfInstance[] {
  return portsOf([instance]).filter((port) =>
    scene.probesOf(port).some(({ observation }) => observation.identity === 'agent'),
  );
}

/** Whatever probes of a port that does not answer report. */
export function ofSilence(scene: Scene, port: EndpointOfInstance): readonly Finding[] {
  return scene
    .atPort(port)
    .filter(
      ({ status, evidence: { outcome } }) => status === 'unknown' || outcome === 'unreachable' || outcome === 'timeout',
    );
}

/** What others report of an instance that does not answer. */
export function reportsOf(scene: Scene, instance: Instance): readonly Finding[] {
  return membersApart(scene, instance).filter((finding) => scene.instanceOf(finding) !== instance);
}
