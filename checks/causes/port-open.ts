import { namesEnforced } from '../../cluster/access/expectation.js';
import type { EndpointOfInstance } from '../check.js';
import { portsOf } from '../check.js';
import type { Finding } from '../finding.js';
import type { Cause } from './cause.js';
import { placeOfPort } from './place.js';

/** A port accepts clients that its configuration rejects. */
export const portOpen: Cause = {
  name: 'port-open',
  title: 'A port is open to unauthorized clients',
  severity: 'exposed',
  description:
    'The port accepts a client without a certificate, with a certificate of an unknown CA, or with a name that its list does not hold, although its configuration rejects it. The running process uses other settings than its file, or something in front of it terminates TLS.',
  find: (scene) =>
    portsOf(scene.evidence.inventory.instances).flatMap((port) => {
      const shownBy = scene
        .atPort(port)
        .filter(
          ({ check, status }) =>
            status === 'fail' && (check === 'rejects-unauthorized' || check === 'requests-certificate'),
        );
      return shownBy.length === 0
        ? []
        : [{ place: placeOfPort(port), summary: summaryOf(shownBy), fixes: fixesOf(port, shownBy), shownBy }];
    }),
};

function summaryOf(shownBy: readonly Finding[]): string {
  const accepted = shownBy.filter(({ check }) => check === 'rejects-unauthorized');
  const who = accepted.map(({ identity }) => identity).sort();
  return who.length === 0
    ? (shownBy[0]?.message ?? '')
    : `accepts ${who.length === 1 ? '' : `${who.length} kinds of `}unauthorized clients (${who.join(', ')}), although its configuration rejects them`;
}

function fixesOf({ instance, endpoint }: EndpointOfInstance, shownBy: readonly Finding[]): readonly string[] {
  const { component } = instance;
  const anyone = shownBy.some(({ identity }) => identity === 'no-certificate' || identity === 'foreign-ca');
  const list = namesEnforced(endpoint, instance) ? 'its allow-list' : 'its CA';
  return [
    `restart ${component}: its file has ${anyone ? `TLS with ${list}` : 'an allow-list'}, which the running process does not use`,
    anyone
      ? 'if it still accepts them, find out what terminates TLS in front of it: a proxy that verifies no client'
      : 'if it still accepts them, compare the entries of the list with the names accepted: a part of a name may be enough in this release',
  ];
}
