import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import GithubSlugger from 'github-slugger';
import type { Nodes, Root } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { globSync } from 'tinyglobby';
import { visit } from 'unist-util-visit';

export const root = join(import.meta.dirname, '../..');

/** Every page of the repository, relative to its root. */
export const pageNames: readonly string[] = globSync('**/*.md', {
  cwd: root,
  ignore: ['node_modules', 'dist*'],
}).sort();

/** Something in a page, and the line it begins at. */
export interface Placed<T> {
  readonly value: T;
  readonly line: number;
}

export interface CodeBlock {
  /** `sh`, `toml`; empty where it says none. */
  readonly language: string;
  /** What follows the language: `needs Kubernetes`. */
  readonly note: string;
  readonly text: string;
}

export interface Page {
  readonly name: string;
  /** What `#…` may lead to, as GitHub makes it of the headings. */
  readonly anchors: ReadonlySet<string>;
  readonly links: readonly Placed<string>[];
  readonly blocks: readonly Placed<CodeBlock>[];
  readonly spans: readonly Placed<string>[];
}

export function readPage(name: string): Page {
  const tree = fromMarkdown(readFileSync(join(root, name), 'utf8'));
  const slugger = new GithubSlugger();
  const anchors = new Set<string>();
  const links: Placed<string>[] = [];
  const blocks: Placed<CodeBlock>[] = [];
  const spans: Placed<string>[] = [];
  visit(tree, (node: Nodes) => {
    const line = node.position?.start.line ?? 0;
    switch (node.type) {
      case 'heading':
        anchors.add(slugger.slug(textOf(node)));
        break;
      case 'link':
      case 'image':
      case 'definition':
        links.push({ value: node.url, line });
        break;
      case 'code':
        blocks.push({ value: { language: node.lang ?? '', note: node.meta ?? '', text: node.value }, line });
        break;
      case 'inlineCode':
        spans.push({ value: node.value, line });
        break;
      case 'html':
        for (const [, id = ''] of node.value.matchAll(/<a (?:id|name)="([^"]+)"/g)) {
          anchors.add(id);
        }
    }
  });
  return { name, anchors, links, blocks, spans };
}

function textOf(node: Root | Nodes): string {
  let text = '';
  visit(node, (inner: Nodes) => {
    text += inner.type === 'text' || inner.type === 'inlineCode' ? inner.value : '';
  });
  return text;
}
