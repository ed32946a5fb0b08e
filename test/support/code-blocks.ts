import { readFileSync } from 'node:fs';

export interface CodeBlock {
  readonly language: string;
  readonly text: string;
}

/** The fenced blocks of a Markdown file, in order; the indentation of the fence is taken off. */
export function codeBlocks(file: string): readonly CodeBlock[] {
  const fenced = /^( *)```(\w*)\n([\s\S]*?)^ *```$/gm;
  return [...readFileSync(file, 'utf8').matchAll(fenced)].map(([, indent = '', language = '', text = '']) => ({
    language,
    text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  }));
}
