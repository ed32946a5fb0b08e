import { join } from 'node:path';
import ts from 'typescript';

/** Where the types of an API group come from; core and built-in groups by default. */
const packages: readonly (readonly [RegExp, string])[] = [
  [/^monitoring\.coreos\.com\//, '@kubernetes-models/prometheus-operator'],
  [/^cert-manager\.io\//, '@kubernetes-models/cert-manager'],
  [/(^|\.)pingcap\.com\//, '@kubernetes-models/tidb-operator'],
];

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: never;
}

/**
 * What is wrong with manifests by the types of their API: unknown fields, wrong types, missing ones. The compiler
 * judges each as a literal of its type, which no excess field passes.
 */
export function typeErrorsOf(manifests: readonly Manifest[]): readonly string[] {
  const file = join(import.meta.dirname, '../../rendered-manifests.ts');
  const lines = manifests.map((manifest, index) => {
    const { apiVersion, kind } = manifest;
    const from = packages.find(([group]) => group.test(apiVersion))?.[1] ?? 'kubernetes-models';
    const type = `import('${from}/${apiVersion}/${kind}').I${kind}`;
    return `export const manifest${index}: ${type} = ${JSON.stringify(manifest)};`;
  });
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === file || fileExists(name);
  host.getSourceFile = (name, language, ...rest) =>
    name === file ? ts.createSourceFile(name, lines.join('\n'), language) : getSourceFile(name, language, ...rest);
  const program = ts.createProgram([file], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ file: source, start = 0, messageText }) => {
    const at = source === undefined ? undefined : manifests[source.getLineAndCharacterOfPosition(start).line];
    return `${at?.kind} ${at?.metadata.name}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}
