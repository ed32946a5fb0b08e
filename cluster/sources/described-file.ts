import { existsSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { orProblem } from '../documents/config-error.js';
import { readText } from '../documents/config-file.js';
import type { Problem } from '../documents/origin.js';
import { parseToml } from '../documents/toml.js';
import { parseYaml, type YamlValue } from '../documents/yaml.js';
import { describe, unknownFile } from '../inventory/component-config.js';
import type { Described } from '../inventory/described.js';
import { isKubernetes, type Manifest, readManifests } from './kubernetes.js';
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
  | { readonly kind: 'other'; readonly described: readonly []; readonly documents: readonly YamlValue[] };

/** TiUP creates this file beside meta.yaml between the two stages of a scale-out. */
const scaleOutLock = '.scale-out.yaml';

const nothing: DescribedFile = { kind: 'other', described: [], documents: [] };

/** Reads a file of any of these kinds. Never throws: what cannot be read or used becomes a problem. */
export function readDescribedFile(file: string, problems: Problem[]): DescribedFile {
  const read = orProblem(problems, () => {
    const text = readText(file);
    return isYamlName(file) ? fromYaml(parseYaml(text, file), file, problems) : fromToml(text, file, problems);
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

function fromYaml(documents: readonly YamlValue[], file: string, problems: Problem[]): DescribedFile {
  const topology = documents.find(isTopology);
  if (topology !== undefined) {
    const locked = existsSync(join(dirname(file), scaleOutLock));
    const read = readTopology(topology, file, problems, clusterNameOf(file), locked);
    return { kind: 'topology', described: read.described, topology: read };
  }
  if (documents.some(isKubernetes)) {
    const manifest = readManifests(documents, file, problems);
    return { kind: 'kubernetes', described: manifest.described, manifest, documents };
  }
  if (documents.length === 0) {
    problems.push(unknownFile({ kind: 'file', file, line: 1, column: 1 }));
  }
  return { kind: 'other', described: [], documents };
}

/** The name of the cluster whose meta.yaml this is: TiUP keeps `clusters/<name>/meta.yaml`. */
export function clusterNameOf(file: string): string | undefined {
  const folder = dirname(file);
  return basename(file) === 'meta.yaml' && basename(dirname(folder)) === 'clusters' ? basename(folder) : undefined;
}
