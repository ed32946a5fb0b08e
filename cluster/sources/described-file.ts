import { existsSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { orProblem } from '../documents/config-error.js';
import { readText } from '../documents/config-file.js';
import type { Problem } from '../documents/origin.js';
import { parseToml } from '../documents/toml.js';
import { at, type DuplicateKey, parseYaml, settingsOf, type YamlValue } from '../documents/yaml.js';
import { describe } from '../inventory/component-config.js';
import type { Described } from '../inventory/described.js';
import { otherProgramOf, unknownFile } from '../inventory/file-kind.js';
import { commonNamesIn } from '../lint/names-of-files.js';
import { isKubernetes, isOfInterest, type Manifest, readManifests } from './kubernetes.js';
import { isTopology, readTopology, type Topology } from './topology.js';

/** A file by its kind; the content decides. */
export type DescribedFile =
  | { readonly kind: 'component'; readonly described: readonly Described[] }
  | { readonly kind: 'topology'; readonly described: readonly Described[]; readonly topology: Topology }
  | {
      readonly kind: 'kubernetes';
      readonly described: readonly Described[];
      readonly manifest: Manifest;
      readonly documents: readonly YamlValue[];
    }
  | { readonly kind: 'compose'; readonly described: readonly []; readonly documents: readonly YamlValue[] }
  | { readonly kind: 'other'; readonly described: readonly [] };

/** TiUP creates this file beside meta.yaml between the two stages of a scale-out. */
const scaleOutLock = '.scale-out.yaml';

/** What Kustomize and Helm read beside manifests: these files have no kind of their own. */
const toolFile = /^(kustomization|Chart|values(-[\w-]+)?)\.ya?ml$/;

const nothing: DescribedFile = { kind: 'other', described: [] };

/** Reads a file of any of these kinds. Never throws: what cannot be read or used becomes a problem. */
export function readDescribedFile(file: string, problems: Problem[]): DescribedFile {
  const read = orProblem(problems, () => {
    const text = readText(file);
    return isYamlName(file) ? fromYaml(text, file, problems) : fromToml(text, file, problems);
  });
  return read ?? nothing;
}

/** Whether the name ends with `.yaml` or `.yml`, or with one of them and the suffix of a template. */
function isYamlName(file: string): boolean {
  const name = basename(file).replace(/\.(j2|tpl|tmpl|gotmpl)$/, '');
  return ['.yaml', '.yml'].includes(extname(name));
}

function fromToml(text: string, file: string, problems: Problem[]): DescribedFile {
  const described = describe(parseToml(text, file), problems);
  return { kind: 'component', described: described === undefined ? [] : [described] };
}

function fromYaml(text: string, file: string, problems: Problem[]): DescribedFile {
  const duplicates: DuplicateKey[] = [];
  const documents = parseYaml(text, file, duplicates);
  // Kubernetes takes the last one. TiUP and Compose reject the file.
  const severity = documents.some(isKubernetes) ? 'warn' : 'fail';
  problems.push(...duplicates.map((one) => duplicateKey(one, severity)));
  const topology = documents.find(isTopology);
  if (topology !== undefined) {
    const locked = existsSync(join(dirname(file), scaleOutLock));
    const read = readTopology(topology, file, problems, tiupClientOf(file, clusterNameOf(file)), locked);
    return { kind: 'topology', described: read.described, topology: read };
  }
  if (documents.some(isKubernetes)) {
    const manifest = readManifests(documents, file, problems);
    if (!documents.some(isOfInterest)) {
      problems.push(unknownFile({ kind: 'file', file, line: 1, column: 1 }));
    }
    return { kind: 'kubernetes', described: manifest.described, manifest, documents };
  }
  if (documents.some(isCompose)) {
    return { kind: 'compose', described: [], documents };
  }
  if (toolFile.test(basename(file))) {
    return nothing;
  }
  const keys = documents.flatMap((root) => [...settingsOf(root).keys()]);
  problems.push(unknownFile({ kind: 'file', file, line: 1, column: 1 }, otherProgramOf(file, keys)));
  return nothing;
}

function duplicateKey({ key, first, again }: DuplicateKey, severity: Problem['severity']): Problem {
  const line = first.kind === 'file' ? first.line : 0;
  const message = `${key} is set twice in this mapping, first in line ${line}: ${severity === 'warn' ? 'the last one counts' : 'it is rejected'}`;
  return { code: 'duplicate-key', severity, origin: again, message, remediation: 'remove one of the two' };
}

/** Whether a YAML document is a Compose file. */
export function isCompose(root: YamlValue): boolean {
  return [...(at(root, 'services')?.entries?.values() ?? [])].some(({ value }) => at(value, 'image') !== undefined);
}

/** The Common Name of TiUP's own certificate beside meta.yaml, which keeps the cluster's first name when TiUP renames the cluster. */
export function tiupClientOf(file: string, cluster: string | undefined): string | undefined {
  const path = join(dirname(file), 'tls/client.crt');
  const [issued] = commonNamesIn({ value: path, origin: { kind: 'default' } }) ?? [];
  return issued ?? (cluster === undefined ? undefined : `${cluster}-client`);
}

/** The name of the cluster whose meta.yaml this is: TiUP keeps `clusters/<name>/meta.yaml`. */
export function clusterNameOf(file: string): string | undefined {
  const folder = dirname(file);
  return basename(file) === 'meta.yaml' && basename(dirname(folder)) === 'clusters' ? basename(folder) : undefined;
}
