import { portsOf } from '../check.js';
import type { Cause } from './cause.js';
import { placeOfPort } from './place.js';
import { ofSilence, reportsOf, unanswered } from './unanswered.js';

/** One port does not answer, although the process runs. */
export const portUnreachable: Cause = {
  name: 'port-unreachable',
  title: 'A port is unreachable although the process runs',
  severity: 'failing',
  description:
    'The process runs, as its other ports or the process table show, and this port refuses connections or does not answer in time. It listens on another address than the configuration advertises, a firewall stands between, or the listener hangs.',
  find: (scene) =>
    portsOf(scene.evidence.inventory.instances).flatMap((port) => {
      const finding = unanswered(scene, port);
      const { host, port: number } = port.endpoint;
      return finding === undefined
        ? []
        : [
            {
              place: placeOfPort(port),
              summary: `does not answer, although the process runs: ${finding.evidence.detail}`,
              fixes:
                finding.evidence.outcome === 'timeout'
                  ? [
                      'check whether the listener hangs, as by its log, and whether a firewall drops packets',
                      `restart ${port.instance.component} if it hangs`,
                    ]
                  : [
                      `compare the address ${host}:${number} with what the process listens on: ss -ltnp`,
                      'correct the advertised address, or the listener',
                    ],
              shownBy: [finding],
              consequences: [...ofSilence(scene, port), ...reportsOf(scene, port.instance)],
            },
          ];
    }),
};
