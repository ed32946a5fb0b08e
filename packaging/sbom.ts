import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.js';

interface Component {
  readonly 'bom-ref': string;
  readonly purl: string;
  readonly name: string;
  readonly properties: readonly { readonly name: string; readonly value: string }[];
}

interface Bom {
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

/**
 * A CycloneDX document of what users get. npm writes it for the whole tree and marks what only developers need; its own
 * `--omit=dev` would also leave out a shipped library that a tool of the developers uses, too.
 */
export function shippedBom(): Bom {
  const flags = ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application', '--package-lock-only'];
  const whole: Bom = JSON.parse(execFileSync('npm', flags, { cwd: root, encoding: 'utf8', maxBuffer: 32 << 20 }));
  const components = whole.components.filter(
    ({ properties }) => !properties.some(({ name }) => name === 'cdx:npm:package:development'),
  );
  const { component } = whole.metadata;
  const kept = new Set([component['bom-ref'], ...components.map((one) => one['bom-ref'])]);
  // npm names it after the folder.
  const { name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return {
    ...whole,
    metadata: { ...whole.metadata, component: { ...component, name } },
    components,
    dependencies: whole.dependencies
      .filter(({ ref }) => kept.has(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((one) => kept.has(one)) })),
  };
}

if (process.argv[1]?.endsWith('sbom.ts')) {
  console.log(JSON.stringify(shippedBom(), null, 2));
}
