import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readAudit } from '../../packaging/audit.js';
import { shippedLibraries, unaccepted } from '../../packaging/licences.js';
import { root } from '../../packaging/root.js';
import { shippedBom } from '../../packaging/sbom.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

t.test('every library that users get has a licence that is accepted', async (t) => {
  const libraries = shippedLibraries(root);
  t.ok(libraries.length > 20);
  t.strictSame(unaccepted(libraries), []);
});

t.test('another licence, and none, are rejected; what only developers need is not asked', async (t) => {
  const folder = temporaryDirectory(t);
  const packages = {
    '': { version: '1.0.0', license: 'Apache-2.0' },
    'node_modules/good': { version: '1.0.0', license: 'MIT' },
    'node_modules/good/node_modules/@scope/closed': { version: '2.0.0', license: 'UNLICENSED' },
    'node_modules/silent': { version: '3.0.0' },
    'node_modules/tool': { version: '4.0.0', license: 'GPL-3.0', dev: true },
  };
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages }));
  t.strictSame(
    unaccepted(shippedLibraries(folder)).map(({ name, licence }) => `${name}: ${licence}`),
    ['@scope/closed: UNLICENSED', 'silent: none stated'],
  );
});

t.test('the SBOM names each of them, by its package URL, and no tool of the developers', async (t) => {
  const bom = shippedBom();
  t.match(bom, { bomFormat: 'CycloneDX', metadata: { component: { name: 'tidb-mtls-agent', type: 'application' } } });
  const urls = (all: readonly string[]) => [...new Set(all)].sort();
  t.strictSame(
    urls(bom.components.map(({ purl }) => decodeURIComponent(purl))),
    urls(shippedLibraries(root).map(({ name, version }) => `pkg:npm/${name}@${version}`)),
  );
  const known = new Set([bom.metadata.component['bom-ref'], ...bom.components.map((one) => one['bom-ref'])]);
  t.strictSame(
    bom.dependencies.flatMap(({ dependsOn }) => dependsOn.filter((one) => !known.has(one))),
    [],
  );
});

t.test('an audit that the registry refuses is no result', async (t) => {
  t.match(readAudit('{"message":"405 Method Not Allowed","statusCode":405}'), { evaluated: false, reason: /405/ });
  t.match(readAudit('{"metadata":{"vulnerabilities":{"total":2}}}'), { evaluated: true, faults: 2 });
});
