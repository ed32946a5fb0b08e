import { countedName, isCallerAccepted, namesEnforced } from '../../cluster/access/expectation.js';
import type { CallerName } from '../../cluster/components/profile.js';
import { profiles } from '../../cluster/components/profiles.js';
import { formatOrigin } from '../../cluster/documents/origin.js';
import type { Endpoint, Instance } from '../../cluster/inventory/inventory.js';
import type { Finding } from '../finding.js';
import { callerOfIdentity } from '../identity.js';
import type { Cause, Claim } from './cause.js';
import { rejectingSide } from './consequences.js';
import { placeInFile, placeInstanceOf, placeOfSetting } from './place.js';
import { grouped, type Scene } from './scene.js';

/** An allow-list lacks the Common Name of a caller that needs the port. */
export const callerNotListed: Cause = {
  name: 'caller-not-listed',
  title: 'An allow-list lacks a caller',
  severity: 'will-fail',
  description:
    "The allow-list of a component lacks the Common Name of a caller, or PD's own. The port rejects the caller, at once or from its next restart on. The incident names the list, its file and line, and the name that is missing. Where every list lacks it, the certificate has the wrong name: that is one incident, at the caller. A name is added only to a list that exists: a list that is made for one caller locks out all others.",
  find: (scene) => {
    const checked = [...scene.of('caller-in-allow-list'), ...scene.of('own-name-in-list')];
    const rejected = [...scene.of('caller-accepted'), ...scene.of('endpoint-answers')].filter(
      (finding) => rejectingSide(scene, finding) === 'server',
    );
    const lacking = [...checked, ...rejected].flatMap((finding) => lackingIn(scene, finding) ?? []);
    const found = [...grouped(lacking, ({ caller, name }) => `${caller} ${name}`).values()].flatMap((members) => {
      const lists = [...grouped(members, ({ list }) => list).values()];
      return lists.length > 1 && lists.length >= listsFor(scene, members[0]?.caller)
        ? ofCaller(scene, members)
        : lists.flatMap((one) => ofList(scene, one));
    });
    return [...found, ...ofLint(scene)];
  },
};

/** One finding that a list lacks a name. */
interface Lacking {
  readonly finding: Finding;
  readonly instance: Instance;
  readonly endpoint: Endpoint;
  /** Where the list is. */
  readonly list: string;
  readonly caller: CallerName;
  /** Empty where the certificate has no Common Name. */
  readonly name: string;
}

function lackingIn(scene: Scene, finding: Finding): Lacking | undefined {
  const instance = scene.instanceOf(finding);
  const endpoint = instance?.endpoints.find(({ name }) => name === finding.endpoint) ?? instance?.endpoints[0];
  const caller = finding.check === 'own-name-in-list' ? instance?.component : callerOfIdentity(finding.identity);
  if (instance === undefined || endpoint === undefined || caller === undefined) {
    return undefined;
  }
  const { allowList } = endpoint;
  const shown =
    finding.check === 'own-name-in-list'
      ? scene.names.get(caller)?.[0]
      : unlisted(scene, finding, caller, { instance, endpoint });
  return shown === undefined || typeof allowList === 'string'
    ? undefined
    : {
        finding,
        instance,
        endpoint,
        caller,
        list: formatOrigin(allowList.origin),
        name: countedName(endpoint, shown.leaf),
      };
}

/** The names of the caller that the list rejects; one that a release may accept counts where the port rejected it by name. */
function unlisted(
  { names, observationOf }: Scene,
  finding: Finding,
  caller: CallerName,
  { instance, endpoint }: Pick<Lacking, 'instance' | 'endpoint'>,
) {
  const ownName = names.get(instance.component)?.[0]?.leaf.at(-1);
  const by = observationOf(finding)?.observation.rejection?.by;
  const byName = by === 'rpc-status' || by === 'http-status';
  return names.get(caller)?.find((one) => {
    const result = isCallerAccepted(endpoint, instance, one, ownName);
    return result === 'rejected' || (byName && result === 'undecided');
  });
}

/** The number of lists that a caller has to be in. */
function listsFor({ evidence }: Scene, caller: CallerName | undefined): number {
  const lists = evidence.inventory.instances.flatMap((instance) =>
    instance.endpoints
      .filter(
        (endpoint) => namesEnforced(endpoint, instance) && endpoint.profile.calledBy.some((one) => one === caller),
      )
      .map(({ allowList }) => (typeof allowList === 'string' ? '' : formatOrigin(allowList.origin))),
  );
  return new Set(lists).size;
}

/** Every list lacks the name: the certificate of the caller has the wrong one. */
function ofCaller(scene: Scene, members: readonly Lacking[]): readonly Claim[] {
  const [first] = members;
  if (first === undefined) {
    return [];
  }
  const { caller, name } = first;
  const lists = [...new Set(members.map(({ list }) => list))].sort();
  const place = placeInstanceOf(scene, caller);
  return [
    {
      place,
      about: `${caller} ${name}`,
      severity: caller === 'agent' ? 'hygiene' : 'will-fail',
      summary: `none of the ${lists.length} allow-lists that ${caller} needs holds its Common Name, ${name || 'which is empty'}`,
      fixes: [
        `issue the certificate of ${caller} with the Common Name that the lists hold`,
        ...(name === ''
          ? []
          : [`or, if ${name} is right, add it to ${lists.join(', ')}, and restart these components`]),
      ],
      shownBy: members.map(({ finding }) => finding),
      consequences: members.flatMap((one) => [...atStart(scene, one), ...lintedAt(scene, one.endpoint)]),
    },
  ];
}

function ofList(scene: Scene, members: readonly Lacking[]): readonly Claim[] {
  const [first] = members;
  if (first === undefined || typeof first.endpoint.allowList === 'string') {
    return [];
  }
  const { instance, caller, name, list, endpoint } = first;
  const { needsOwnCommonName, title } = profiles[instance.component];
  const exits = caller === instance.component && needsOwnCommonName ? `: ${title} exits at its next start` : '';
  return [
    {
      place: placeOfSetting(instance, first.endpoint.allowList.origin),
      about: `${caller} ${name}`,
      severity: caller === 'agent' ? 'hygiene' : 'will-fail',
      summary: `the allow-list lacks ${name === '' ? `a name of ${caller}, which presents none` : `${name}, the Common Name of ${caller}`}${exits}`,
      fixes:
        name === ''
          ? [`issue the certificate of ${caller} with a Common Name of the allow-list at ${list}`]
          : [`add "${name}" to the allow-list at ${list}`, `restart ${instance.component}`],
      shownBy: members.map(({ finding }) => finding),
      consequences: [...atStart(scene, { instance, caller, endpoint }), ...lintedAt(scene, endpoint)],
    },
  ];
}

/** What lint says of a list alone, where no certificate of the caller is known. */
function ofLint(scene: Scene): readonly Claim[] {
  return linted(scene).map((finding) => ({
    place: placeInFile(finding),
    about: finding.message,
    severity: finding.status === 'fail' ? 'will-fail' : 'hygiene',
    summary: finding.message,
    fixes: [finding.remediation],
    shownBy: [finding],
  }));
}

function linted(scene: Scene): readonly Finding[] {
  return scene.of('configuration').filter(({ evidence }) => evidence.reason === 'caller-missing');
}

/** What lint says of the same list. */
function lintedAt(scene: Scene, { allowList }: Endpoint): readonly Finding[] {
  const origin = typeof allowList === 'string' ? undefined : allowList.origin;
  return linted(scene).filter(
    ({ evidence: { file, line } }) => origin?.kind === 'file' && file === origin.file && line === origin.line,
  );
}

/** PD does not start without its own name. */
function atStart(
  scene: Scene,
  { instance, caller }: Pick<Lacking, 'instance' | 'caller' | 'endpoint'>,
): readonly Finding[] {
  return caller !== instance.component
    ? []
    : scene
        .at(instance)
        .filter(
          ({ check, evidence }) => check === 'survives-restart' && [evidence.reasons].flat().includes('own-name'),
        );
}
