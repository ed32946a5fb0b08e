import { join } from 'node:path';
import t from 'tap';
import { pageNames, readPage } from '../support/markdown.js';

const chinese = pageNames.filter((name) => name.endsWith('.zh-CN.md'));

/** The English page that a link leads to. */
const inEnglish = (link: string) => link.replace('.zh-CN.md', '.md');

t.test('a page in two languages has the same commands, the same links and the same sections in both', async (t) => {
  t.ok(chinese.length >= 2);
  for (const name of chinese) {
    const [one, other] = [readPage(inEnglish(name)), readPage(name)];
    const agent = (page: typeof one) => page.links.map(({ value }) => inEnglish(value)).sort();
    t.strictSame(agent(other), agent(one), `${name}: links`);
    t.strictSame(
      other.blocks.map(({ value }) => value),
      one.blocks.map(({ value }) => value),
      `${name}: blocks`,
    );
    const commands = (page: typeof one) => page.spans.map(({ value }) => value).filter((text) => text.includes(' '));
    t.strictSame(commands(other), commands(one), `${name}: commands in the text`);
    t.equal(other.anchors.size, one.anchors.size, `${name}: headings`);
  }
});

t.test('each links to the other', async (t) => {
  for (const name of chinese) {
    const file = (page: string) => page.split('/').at(-1) ?? '';
    const links = (page: string) => readPage(page).links.map(({ value }) => join(value));
    t.ok(links(inEnglish(name)).includes(file(name)), inEnglish(name));
    t.ok(links(name).includes(file(inEnglish(name))), name);
  }
});
