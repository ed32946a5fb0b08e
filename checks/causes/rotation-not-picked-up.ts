import type { Endpoint, Instance } from '../../cluster/inventory/inventory.js';
import type { Certificate } from '../../credentials/certificate.js';
import { credentialKey, type EndpointOfInstance } from '../check.js';
import type { Finding } from '../finding.js';
import { reloadRuleOf } from '../reload-deadline.js';
import { servedAndOnDisk } from '../served-and-on-disk.js';
import { reloadRemediations } from '../served-matches-file.js';
import type { Cause, Claim } from './cause.js';
import { rejectedServer } from './consequences.js';
import { failedHandshake } from './fixes.js';
import { placeOfOwner } from './place.js';
import { grouped, type Scene } from './scene.js';

/** The process serves another certificate than its file, past the reload deadline of the port. */
export const rotationNotPickedUp: Cause = {
  name: 'rotation-not-picked-up',
  title: 'A rotation was not picked up',
  severity: 'will-fail',
  description:
    'The certificate file was replaced, and the process still serves the one before, past the reload deadline of the port. It serves it until it expires. What makes a port reload depends on the component: the fix is that of the reload rule.',
  find: (scene) =>
    notPickedUp(scene, ({ served, onDisk }) => ({
      what: servedAndOnDisk(served, onDisk),
    })),
};

interface Served {
  readonly served: Certificate;
  readonly onDisk: Certificate;
  readonly now: Date;
}

/** A claim for each instance with ports that serve another certificate than the file, where `text` says something of it. */
export function notPickedUp(
  scene: Scene,
  text: (served: Served) => { readonly what: string; readonly since?: Date } | undefined,
): readonly Claim[] {
  const { credentials, now } = scene.evidence;
  const stale = scene.of('served-matches-file').flatMap((finding) => {
    const port = scene.portOf(finding);
    const onDisk = port && credentials.get(credentialKey(port.instance))?.chain?.[0];
    const served = port && scene.servedBy(port);
    const said = served && onDisk && text({ served, onDisk, now });
    return port && said ? [{ finding, port, ...said }] : [];
  });
  return [...grouped(stale, ({ port }) => credentialKey(port.instance)).values()].flatMap((members) => {
    const [first] = members;
    return first === undefined ? [] : [claimOf(scene, first.port.instance, members)];
  });
}

function claimOf(
  scene: Scene,
  instance: Instance,
  members: readonly {
    readonly finding: Finding;
    readonly port: EndpointOfInstance;
    readonly what: string;
    readonly since?: Date;
  }[],
): Claim {
  const ports = members.map(({ port }) => port);
  const facts = scene.evidence.credentials.get(credentialKey(instance));
  const cert = facts?.paths.cert;
  const changedAt = facts?.certModifiedAt === undefined ? undefined : new Date(facts.certModifiedAt);
  const names = ports.map(({ endpoint }) => endpoint.name).sort();
  return {
    place: placeOfOwner(instance, cert),
    summary: `${names.join(' and ')} ${names.length === 1 ? '' : 'each '}${members[0]?.what ?? ''}`,
    since: members[0]?.since ?? changedAt,
    fixes: [...new Set(ports.flatMap(({ endpoint }) => reloadFixes(endpoint, instance, cert ?? '')))],
    shownBy: members.map(({ finding }) => finding),
    consequences: ports.flatMap((port) => rejectedServer(scene, port)),
  };
}

/** What makes this port load its file, as commands where there are some. */
function reloadFixes(endpoint: Endpoint, instance: Instance, cert: string): readonly string[] {
  const rule = reloadRuleOf(endpoint, instance);
  switch (rule) {
    case 'certificate-mtime':
      return [`touch ${cert}`];
    case 'failed-handshake':
      return [`touch ${cert}`, failedHandshake(endpoint.host, endpoint.port)];
    default:
      return [reloadRemediations[rule]];
  }
}
