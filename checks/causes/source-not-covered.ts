import { factsOfIdentity } from '../identity.js';
import { sourceRejection } from '../source-address.js';
import type { Cause } from './cause.js';
import { placeInstanceOf, placeOfInstance, placeText } from './place.js';
import { grouped } from './scene.js';

/** A port compares the address that a caller comes from with its certificate. */
export const sourceNotCovered: Cause = {
  name: 'source-not-covered',
  title: 'A certificate does not cover the address that its owner calls from',
  severity: 'will-fail',
  description:
    "PD's peer port, like etcd, compares the address that a connection comes from with the names in the client's certificate. A client behind another address, as after NAT or with a second interface, is rejected with a bare close, although its certificate verifies everywhere else.",
  find: (scene) => {
    const probed = [...scene.of('caller-accepted'), ...scene.of('endpoint-answers')].flatMap((finding) => {
      const entry = scene.observationOf(finding);
      const identity = entry?.observation.identity;
      const leaf = identity && factsOfIdentity(identity, scene.evidence)?.chain?.[0];
      const reason = entry && sourceRejection(entry, leaf);
      return identity === undefined || reason === undefined
        ? []
        : [{ finding, place: placeInstanceOf(scene, identity), ...reason }];
    });
    const known = scene.of('names-cover-source').flatMap((finding) => {
      const instance = scene.instanceOf(finding);
      const { message, remediation } = finding;
      return instance === undefined ? [] : [{ finding, place: placeOfInstance(instance), message, remediation }];
    });
    return [...grouped([...probed, ...known], ({ place }) => placeText(place)).values()].flatMap((members) => {
      const [first] = members;
      return first === undefined
        ? []
        : [
            {
              place: first.place,
              severity: first.place.component === 'agent' ? ('hygiene' as const) : ('will-fail' as const),
              summary: first.message,
              fixes: [...new Set(members.map(({ remediation }) => remediation))],
              shownBy: members.map(({ finding }) => finding),
            },
          ];
    });
  },
};
