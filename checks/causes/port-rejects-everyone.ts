import { type EndpointObservation, portsOf } from '../check.js';
import { callerOfIdentity } from '../identity.js';
import type { Cause } from './cause.js';
import { rejectedCallers } from './consequences.js';
import { placeOfPort } from './place.js';
import { fixOfRejection } from './rejection.js';

/** No identity that the port should accept is accepted. */
export const portRejectsEveryone: Cause = {
  name: 'port-rejects-everyone',
  title: 'A port rejects every caller',
  severity: 'failing',
  description:
    'The port rejects each certificate that its configuration accepts, of several callers. Their certificates are accepted elsewhere, so that the reason is in the port: the CA or the list in the memory of the process, or a certificate that it cannot load.',
  find: (scene) =>
    portsOf(scene.evidence.inventory.instances).flatMap((port) => {
      const rejected = rejectedCallers(scene, port);
      const [first] = rejected;
      const asked = first === undefined ? [] : scene.probesOf(port).filter(isOfCaller);
      return first === undefined || asked.length < 2 || rejected.length < asked.length
        ? []
        : [
            {
              place: placeOfPort(port),
              summary: `rejects every caller that its configuration accepts (${rejected.length} of ${asked.length} identities): ${fixOfRejection(scene, first).reason}`,
              fixes: fixOfRejection(scene, first).fixes,
              shownBy: rejected,
            },
          ];
    }),
};

/** The agent, and the components that call the port. */
function isOfCaller({ endpoint, observation: { identity } }: EndpointObservation): boolean {
  const caller = callerOfIdentity(identity);
  return caller !== undefined && (caller === 'agent' || endpoint.profile.calledBy.includes(caller));
}
