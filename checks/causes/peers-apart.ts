import type { Cause } from './cause.js';
import { placeOfInstance } from './place.js';
import { grouped } from './scene.js';

/** A component reports that it does not reach a peer, and the agent reaches both. */
export const peersApart: Cause = {
  name: 'peers-apart',
  title: 'A component does not reach a peer',
  severity: 'failing',
  description:
    "PD, or a TiCDC capture, reports that its own connection to a peer fails, while both answer the agent: the outgoing TLS of one is the reason. It still uses an old CA or certificate in memory, or the other's list lacks its name.",
  find: (scene) =>
    [
      ...grouped(scene.of('peers-reach-each-other'), (one) =>
        JSON.stringify([
          one.evidence.member,
          one.evidence.store,
          one.component,
          one.evidence.member === undefined && one.evidence.store === undefined ? one.instance : '',
        ]),
      ),
    ].flatMap(([about, shownBy]) => {
      const [first] = shownBy;
      const instance = first && scene.instanceOf(first);
      const peer = first?.evidence.member ?? first?.evidence.store;
      return first === undefined || instance === undefined
        ? []
        : [
            {
              place: peer === undefined ? placeOfInstance(instance) : { component: instance.component },
              about: String(peer ?? about),
              severity: first.status === 'fail' ? ('failing' as const) : ('will-fail' as const),
              summary: first.message,
              fixes: [
                'read the logs of both for the rejected handshake, and compare their certificates, CA files and allow-lists',
                'restart the one that holds an old CA or certificate in memory',
              ],
              shownBy,
            },
          ];
    }),
};
