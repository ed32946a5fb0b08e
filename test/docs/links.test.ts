import { existsSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import t from 'tap';
import { pageNames, readPage, root } from '../support/markdown.js';

const pages = new Map(pageNames.map((name) => [name, readPage(name)]));

/** Why a link leads nowhere; undefined when it leads somewhere. External ones are not asked, only checked. */
function problemOf(link: string, from: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:/i.test(link)) {
    return URL.canParse(link) && /^(https?|mailto):/.test(link) ? undefined : 'no web address';
  }
  const [path = '', anchor] = decodeURI(link).split('#');
  const target = path === '' ? from : normalize(join(dirname(from), path));
  if (target.startsWith('..') || path.startsWith('/')) {
    return 'leads out of the repository';
  }
  if (!existsSync(join(root, target))) {
    return `no file ${target}`;
  }
  if (anchor === undefined || statSync(join(root, target)).isDirectory()) {
    return undefined;
  }
  // Lines of a source file; only pages have headings.
  const page = pages.get(target);
  return page === undefined || page.anchors.has(anchor) ? undefined : `no heading #${anchor} in ${target}`;
}

t.test('every link of every page leads to a file and a heading that are there', async (t) => {
  t.ok(pages.size > 15);
  for (const [name, { links }] of pages) {
    const broken = links.flatMap(({ value, line }) => {
      const problem = problemOf(value, name);
      return problem === undefined ? [] : [`${name}:${line}: ${value}: ${problem}`];
    });
    t.strictSame(broken, [], name);
  }
});

t.test('a link that leads nowhere is seen', async (t) => {
  for (const link of [
    'docs/nowhere.md',
    '#no-such-heading',
    'docs/checks.md#nothing',
    'http:/',
    '../out',
    'ftp://x/y',
  ]) {
    t.ok(problemOf(link, 'README.md'), link);
  }
  t.equal(problemOf('docs/checks.md#configuration', 'README.md'), undefined);
});

t.test('every page of docs can be reached from its index', async (t) => {
  const seen = new Set<string>();
  const follow = (name: string) => {
    const page = pages.get(name);
    if (page === undefined || seen.has(name)) {
      return;
    }
    seen.add(name);
    for (const { value } of page.links.filter(({ value }) => !value.includes(':'))) {
      follow(normalize(join(dirname(name), value.split('#')[0] || '.')));
    }
  };
  follow('docs/README.md');
  t.strictSame(
    pageNames.filter((name) => name.startsWith('docs/') && !seen.has(name)),
    [],
  );
});
