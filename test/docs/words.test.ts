import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import t from 'tap';

/** Words that this project does not use, and the term of the field in their place. */
const terms: readonly (readonly [not: string, say: string])[] = [
  ['strangers?', 'unauthorized client, negative probe'],
  ['visit(s|ed|ing|or|ors)?', 'probe, negative probe'],
  ['(let|lets|letting) in', 'accept'],
  ['admit(s|ted|ting|tance)?', 'accept, authorize'],
  ['imposters?', 'client with a wrong name'],
  ['cure(s|d)?', 'fix'],
  ['mend(s|ed|ing)?', 'fix'],
  ['judge(s|d|ment|ments)?|judging', 'evaluate, verify'],
  ['verdicts?', 'result'],
  ['nudge(s|d)?', 'trigger a reload'],
  ['torn', 'mismatched, incomplete'],
  ['in motion', 'being replaced'],
  ['passed over|left behind', 'superseded, not picked up'],
  ['needless', 'unused'],
  ['second-hand', 'peer-reported'],
  ['first flights?', 'server handshake'],
  ['bidders?', 'node'],
  ['uptake', 'rollout'],
  ['own pair', "the agent's certificate"],
  ['not judged', 'inconclusive'],
  ['(looks?|looked|looking) at', 'probe, read, check'],
  ['nobody|somebody', 'no client, a client'],
];

const root = join(import.meta.dirname, '../..');
const folders = [
  ...['agent', 'bench', 'certs-dev', 'checks', 'cluster', 'credentials', 'deploy', 'devcluster', 'docs', 'generate'],
  ...['man', 'metrics', 'packaging', 'probes', 'proxy'],
];
const pages = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'package.json'];
/** A library exports a function of this name. */
const allowed = /unist-util-visit|\bvisit\(/g;

t.test('code, messages and docs use the terms of the field', async (t) => {
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(ts|md|css|json|ya?ml|toml|service|1)$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  const patterns = terms.map(([not, say]) => [new RegExp(`(?<![\\w-])(?:${not})(?![\\w-])`, 'i'), say] as const);
  const found = [...files, ...pages.map((page) => join(root, page))].flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((line, index) => {
        const text = line.replace(allowed, '');
        return patterns.flatMap(([pattern, say]) => {
          const word = pattern.exec(text)?.[0];
          return word === undefined ? [] : [`${relative(root, file)}:${index + 1}: "${word}": say ${say}`];
        });
      }),
  );
  t.strictSame(found, []);
});
