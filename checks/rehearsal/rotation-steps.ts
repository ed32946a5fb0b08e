import type { ComponentName, ReloadRule } from '../../cluster/components/profile.js';
import { profiles } from '../../cluster/components/profiles.js';
import { isBefore } from '../../cluster/inventory/version.js';
import type { Rehearsal } from './evidence.js';

/** The order that is safe, a line each: CA before leaf, key before certificate, and what each port then needs. */
export function rotationSteps(rehearsal: Rehearsal): readonly string[] {
  const { component, roles } = rehearsal;
  const served = roles.includes('server') ? 'every port serves the new certificate, and ' : '';
  return [
    ...caSteps(rehearsal),
    writeStep(component),
    ...arrivalSteps(rehearsal),
    `run check: ${served}every caller is let in`,
    ...(changesCa(rehearsal)
      ? ['when no pair of the old CA is left, write the new CA alone, and restart or touch as before']
      : []),
  ];
}

/** A Go listener reads both files at each handshake, so that between two writes every handshake fails. */
function writeStep(component: ComponentName): string {
  const everyHandshake = profiles[component].endpoints.some(({ pairReload }) => pairReload === 'every-handshake');
  return everyHandshake
    ? `switch key and certificate of ${component} at once: a directory with both behind one symbolic link, replaced by rename; between two writes each handshake fails`
    : `write the key of ${component} first, then its certificate, each by rename within its directory`;
}

function changesCa({ candidate, current }: Rehearsal): boolean {
  const known = new Set(current.flatMap(({ facts }) => (facts.ca ?? []).map(({ fingerprint }) => fingerprint)));
  return known.size > 0 && (candidate.ca ?? []).some(({ fingerprint }) => !known.has(fingerprint));
}

function caSteps(rehearsal: Rehearsal): readonly string[] {
  if (!changesCa(rehearsal)) {
    return [];
  }
  const components = new Set(rehearsal.inventory.instances.map(({ component }) => component));
  const restart = [...components].filter((one) =>
    profiles[one].endpoints.some(({ caReload }) => caReload === 'restart'),
  );
  const touch = [...components].filter((one) =>
    profiles[one].endpoints.some(({ caReload }) => caReload === 'certificate-mtime'),
  );
  return [
    'write a bundle of the old and the new CA as the CA file of every component',
    ...(restart.length === 0
      ? []
      : [`restart ${restart.join(', ')}, one process at a time: they read the CA only then`]),
    ...(touch.length === 0
      ? []
      : [`touch the certificate file of ${touch.join(', ')}, so that the bundle is read with it`]),
  ];
}

const arrivals: Readonly<Record<ReloadRule, string | undefined>> = {
  'every-handshake': undefined,
  'certificate-mtime': undefined,
  'failed-handshake': 'connect to it and close at once, or wait for a failed handshake',
  poll: 'wait three seconds',
  hourly: 'wait an hour, or change its configuration',
  restart: 'restart it',
};

function arrivalSteps({ component, inventory, roles }: Rehearsal): readonly string[] {
  const version = inventory.instances.find((instance) => instance.component === component)?.version;
  const profile = profiles[component];
  const steps = profile.endpoints.flatMap(({ title, pairReload, reloadSince, name }) => {
    const old = reloadSince !== undefined && isBefore(version, reloadSince) === true;
    const arrival = arrivals[old ? 'restart' : pairReload];
    const present = inventory.instances.some(
      (instance) => instance.component === component && instance.endpoints.some((endpoint) => endpoint.name === name),
    );
    return arrival === undefined || !present ? [] : [`${roles.includes('server') ? title : profile.title}: ${arrival}`];
  });
  // A pair that is only called with is at no port: the component takes it once.
  return [...new Set(steps)];
}
