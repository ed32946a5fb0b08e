import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { verifierFolder } from './go-verifier.js';
import { root } from './root.js';

/** Of the libraries whose files these are, name, version, licence, and the text that must go with copies. */
export function noticesOf(inputs: readonly string[]): string {
  const folders = new Set(
    inputs.flatMap((input) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []),
  );
  const notices = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    return `${name} ${version}, ${license}\n\n${licenceText(join(root, folder)) ?? `Its package holds no text of the licence.`}`;
  });
  return `This program holds the following libraries.\n\n${notices.map((one) => `${'-'.repeat(80)}\n${one.trim()}\n`).join('\n')}`;
}

/** Of Go's runtime and libraries, which the verifier that is Go's holds. */
export function noticeOfGo(): string {
  const text = readFileSync(join(verifierFolder, 'LICENSE'), 'utf8');
  return `${'-'.repeat(80)}\nThe Go Programming Language, BSD-3-Clause\n\n${text.trim()}\n`;
}

function licenceText(folder: string): string | undefined {
  const file = readdirSync(folder).find((name) => /^(licen[cs]e|copying)/i.test(name));
  return file === undefined ? undefined : readFileSync(join(folder, file), 'utf8');
}
