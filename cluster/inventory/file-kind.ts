import { basename, dirname } from 'node:path';
import { otherPrograms } from '../components/other-programs.js';
import type { ComponentName, ConfigFileProfile } from '../components/profile.js';
import { documentedProfiles } from '../components/profiles.js';
import type { ConfigDocument } from '../documents/document.js';
import type { Origin, Problem } from '../documents/origin.js';

/** One kind of file: a component's main file, or its second one. */
export interface FileKind {
  readonly component: ComponentName;
  readonly file: ConfigFileProfile;
  readonly companion: boolean;
}

export const fileKinds: readonly FileKind[] = documentedProfiles.flatMap((profile) => [
  { component: profile.component, file: profile, companion: false },
  ...(profile.companion === undefined
    ? []
    : [{ component: profile.component, file: profile.companion, companion: true }]),
]);

/** The title of another program whose file this is. */
interface Foreign {
  readonly program: string;
}

/**
 * The kind of a file. The name of another program's file decides first. Then a key of a section that only one kind has, or
 * two telling keys, or else the file's name. A folder's name, as TiUP deploys, needs one telling key. Undefined where
 * nothing shows it.
 */
export function fileKindOf(document: ConfigDocument): FileKind | Foreign | undefined {
  const { file } = document;
  const keys = document.keys().map(({ value }) => value);
  const byName = kindNamed(basename(file));
  if (byName?.companion === true) {
    return byName;
  }
  const foreign = programNamed(file);
  if (foreign !== undefined) {
    return { program: foreign };
  }
  const byFolder = kindNamed(basename(dirname(file))) ?? kindNamed(basename(dirname(dirname(file))));
  const told = kindTold(keys, byName ?? byFolder);
  const program = told === undefined ? programWith(keys) : undefined;
  return program === undefined ? (told ?? byName) : { program };
}

function programNamed(file: string): string | undefined {
  return otherPrograms.find((one) => one.file?.test(basename(file)) === true)?.title;
}

/** The other program that has one of these keys. */
function programWith(keys: readonly string[]): string | undefined {
  return otherPrograms.find((one) => keys.some((key) => one.keys?.test(key) === true))?.title;
}

/** The other program whose file this is, by its name or its keys. */
export function otherProgramOf(file: string, keys: readonly string[]): string | undefined {
  return programNamed(file) ?? programWith(keys);
}

/** The kind that its keys show; of several that they fit equally the one that the name shows. */
function kindTold(keys: readonly string[], named: FileKind | undefined): FileKind | undefined {
  const scored = fileKinds.map((kind) => {
    // A TLS key of another component in a file with a usual name is a mistake, which lint reports.
    const own = named === undefined || kind === named ? keys : keys.filter((key) => !key.startsWith('security.'));
    const deciding = own.filter((key) => kind.file.decidingKeys.test(key)).length;
    const telling = keys.filter((key) => kind.file.tellingKeys.test(key)).length;
    return { kind, decides: deciding > 0, score: deciding + telling };
  });
  const companion = scored.find(({ kind, decides }) => kind.companion && decides);
  const deciding = scored.filter(({ decides }) => decides);
  const shown = deciding.length > 0 ? deciding : scored.filter(({ kind, score }) => score >= (kind === named ? 1 : 2));
  const most = Math.max(...shown.map(({ score }) => score));
  const equals = shown.filter(({ score }) => score === most).map(({ kind }) => kind);
  return companion?.kind ?? equals.find((kind) => kind === named) ?? (named && equals.length > 1 ? named : equals[0]);
}

/** The kind whose name this name of a file or folder contains; of several the longest. */
function kindNamed(name: string): FileKind | undefined {
  const longest = [...fileKinds].sort((a, b) => b.file.file.length - a.file.file.length);
  return longest.find(({ component, companion, file: { file } }) => {
    const names = companion ? file : `${file}|${component}`;
    return new RegExp(`(^|[^a-z])(${names})([^a-z]|$)`).test(name);
  });
}

/** The note on a file that is not read as a component's. */
export function unknownFile(origin: Origin, program?: string): Problem {
  return program === undefined
    ? {
        code: 'unknown-component',
        severity: 'note',
        origin,
        message: 'neither its keys nor its name show which component this file is for',
        remediation: `if it is a component's file, give it the usual name: ${fileKinds.map(({ file }) => file.file).join(', ')}`,
      }
    : {
        code: 'other-program',
        severity: 'note',
        origin,
        message: `this is a file of ${program}, which is no component of the cluster, so it is not read`,
        remediation:
          'leave it out of the files that the agent reads; declare the certificate that it presents with [[client]]',
      };
}
