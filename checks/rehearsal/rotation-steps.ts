import { keptCertificatesOf } from '../../cluster/components/outgoing.js';
import type { ComponentName, ReloadRule } from '../../cluster/components/profile.js';
import { profiles } from '../../cluster/components/profiles.js';
import { isBefore } from '../../cluster/inventory/version.js';
import { authorityText, isSameAuthority } from '../../credentials/authority-name.js';
import type { Rehearsal } from './evidence.js';

/** The safe order, one line per step: CA before leaf, key before certificate, then the reload of each port. */
export function rotationSteps(rehearsal: Rehearsal): readonly string[] {
  const { component, roles } = rehearsal;
  const served = roles.includes('server') ? 'every port must serve the new certificate, and ' : '';
  return [
    ...caSteps(rehearsal),
    ...(changesCa(rehearsal) ? [] : renewalSteps(rehearsal)),
    writeStep(component),
    ...reloadSteps(rehearsal),
    `run check: ${served}every caller must be accepted`,
    ...(changesCa(rehearsal)
      ? ['when no certificate of the old CA is left, write the new CA alone, and restart or touch as before']
      : []),
  ];
}

/** A Go listener reads both files at each handshake: between two writes every handshake fails. */
function writeStep(component: ComponentName): string {
  const everyHandshake = profiles[component].endpoints.some(
    ({ certificateReload }) => certificateReload === 'every-handshake',
  );
  return everyHandshake
    ? `replace key and certificate of ${component} at once: keep both in a directory behind one symbolic link, and replace the link by rename; between two writes each handshake fails`
    : `write the key of ${component} first, then its certificate, each by rename within its directory`;
}

/** The CAs that are installed with the candidate, and that the component does not have with this key. */
function changesCa({ candidate, current }: Rehearsal): boolean {
  const known = current.flatMap(({ facts }) => facts.ca ?? []);
  return known.length > 0 && !(candidate.ca ?? []).every((ca) => known.some((one) => isSameAuthority(one, ca)));
}

/** Peers verify by the key, so a CA that was renewed with its key is written at any time before the former one expires. */
function renewalSteps({ candidate, current }: Rehearsal): readonly string[] {
  const known = current.flatMap(({ facts }) => facts.ca ?? []);
  return (candidate.ca ?? []).flatMap((ca) => {
    const same = known.filter((one) => isSameAuthority(one, ca));
    const [former] = same.sort((a, b) => a.notAfter.getTime() - b.notAfter.getTime());
    return former === undefined || same.some(({ fingerprint }) => fingerprint === ca.fingerprint)
      ? []
      : [
          `write ${authorityText(ca)} as the CA file of every component; it has the key of ${authorityText(former)}, so restart or touch what holds that one at any time before ${former.notAfter.toISOString().slice(0, 10)}`,
        ];
  });
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
      : [`restart ${restart.join(', ')}, one process at a time: they read the CA only at their start`]),
    ...(touch.length === 0
      ? []
      : [`touch the certificate file of ${touch.join(', ')}: the bundle is reloaded with it`]),
  ];
}

const reloads: Readonly<Record<ReloadRule, string | undefined>> = {
  'every-handshake': undefined,
  'certificate-mtime': undefined,
  'failed-handshake':
    'make a handshake fail with openssl s_client -connect HOST:PORT -no-CAfile -no-CApath -verify_return_error, or wait for a failed one',
  poll: 'wait three seconds',
  hourly: 'wait an hour, or change its configuration',
  restart: 'restart it',
};

function reloadSteps({ component, inventory, roles }: Rehearsal): readonly string[] {
  const version = inventory.instances.find((instance) => instance.component === component)?.version;
  const profile = profiles[component];
  const steps = profile.endpoints.flatMap(({ title, certificateReload, reloadSince, name }) => {
    const old = reloadSince !== undefined && isBefore(version, reloadSince) === true;
    const step = reloads[old ? 'restart' : certificateReload];
    const present = inventory.instances.some(
      (instance) => instance.component === component && instance.endpoints.some((endpoint) => endpoint.name === name),
    );
    return step === undefined || !present ? [] : [`${roles.includes('server') ? title : profile.title}: ${step}`];
  });
  const kept = keptCertificatesOf(component, version)
    .filter(({ since, until }) => since !== undefined || until !== undefined)
    .map(({ what }) => `restart ${component} before the former certificate expires: ${what} presents it until then`);
  // A client certificate belongs to no port: the component reloads it once.
  return [...new Set([...steps, ...kept])];
}
