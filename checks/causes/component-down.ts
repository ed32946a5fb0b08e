import type { Instance } from '../../cluster/inventory/inventory.js';
import { credentialKey } from '../check.js';
import type { Cause, Claim } from './cause.js';
import { placeOfInstance } from './place.js';
import type { Scene } from './scene.js';
import { ofSilence, probedPorts, reportsOf, unanswered } from './unanswered.js';

/** No port of a component answers. */
export const componentDown: Cause = {
  name: 'component-down',
  title: 'A component does not answer on any port',
  severity: 'failing',
  description:
    'Every port of the component refuses connections, has no route, or does not answer in time. This is no TLS rejection: the process is down, its host is, or a firewall drops the packets. Where the component would not start with its files, that is fixed first.',
  find: (scene) => scene.evidence.inventory.instances.flatMap((instance) => claimOf(scene, instance)),
};

function claimOf(scene: Scene, instance: Instance): readonly Claim[] {
  const ports = probedPorts(scene, instance);
  const shownBy = ports.flatMap((port) => unanswered(scene, port) ?? []);
  const running = scene.evidence.baselines.get(credentialKey(instance))?.processStart !== undefined;
  if (ports.length === 0 || shownBy.length < ports.length || running) {
    return [];
  }
  const restart = scene.at(instance).filter(({ check, status }) => check === 'survives-restart' && status === 'fail');
  const inTime = shownBy.every(({ evidence }) => evidence.outcome === 'timeout');
  const start = inTime
    ? 'check whether the process hangs, whether its host is up, and whether a firewall drops packets'
    : `start ${instance.component}, or correct its address in the configuration`;
  return [
    {
      place: placeOfInstance(instance),
      summary: `${ports.length === 1 ? 'its port does not answer' : `none of its ${ports.length} ports answers`}: ${shownBy[0]?.evidence.detail}`,
      fixes: [...restart.map(({ message }) => `fix the files first: it ${message}`), start],
      shownBy,
      consequences: [...ports.flatMap((port) => ofSilence(scene, port)), ...restart, ...reportsOf(scene, instance)],
    },
  ];
}
