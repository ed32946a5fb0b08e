import fc from 'fast-check';
import t from 'tap';
import { ConfigError } from '../../../cluster/documents/config-error.js';
import { parseToml, tomlEntries } from '../../../cluster/documents/toml.js';
import { at, parseYaml, settingsOf, textAt } from '../../../cluster/documents/yaml.js';

t.test('TOML: values have their positions, dotted and nested', async (t) => {
  for (const [text, line, column] of [
    ['[security]\nca-path = "x"\n', 2, 11],
    ['security.ca-path = "x"\n', 1, 20],
    ['security = { ca-path = "x" }\n', 1, 24],
    ['\uFEFF[security]\r\n# comment\r\nca-path = "x"\r\n', 3, 11],
    ["# täxt\n\t[security]\n\tca-path = 'x' # why\n", 3, 12],
    ['[a]\nb = [\n  "c", # one\n  "d",\n]\n[security]\nca-path = """x"""', 7, 11],
  ] as const) {
    t.match(parseToml(text, 'f').get('security.ca-path'), { value: 'x', origin: { file: 'f', line, column } }, text);
  }
});

t.test('YAML: values have their positions, through merges, aliases and block scalars', async (t) => {
  const text = `common: &common
  x: 1
  "y": two
a:
  <<: *common
  y: 3
b: *common
list:
- one
-   two
spec:
  config: |
    # a comment

    [security]
      ca-path = "x"
`;
  const [root] = parseYaml(text, 'f');
  const settings = settingsOf(root);
  const positionOf = (key: string) => settings.get(key)?.valueOrigin;
  t.match(positionOf('a.x'), { line: 2, column: 6 }, 'merged');
  t.match(positionOf('a.y'), { line: 6, column: 6 }, 'and overridden');
  t.equal(settings.get('b.y')?.value, 'two', 'an alias');
  t.strictSame(settings.get('list')?.value, ['one', 'two']);
  t.match(at(root, 'list')?.items?.[1]?.origin, { line: 10, column: 5 });
  const config = at(root, 'spec', 'config');
  const entries = tomlEntries(String(config?.value), config?.positionOf ?? (() => ({ kind: 'default' })));
  t.match(entries.get('security.ca-path'), { valueOrigin: { line: 16, column: 17 } });
  t.equal(textAt(parseYaml('\uFEFFa: 1\r\nb: x\r\n---\nc: 2\n', 'f')[1], 'c'), '2', 'several documents, BOM and CRLF');
});

const mistakes: readonly (readonly [string, string])[] = [
  ['a: [', 'f:1:5: '],
  ['a: 1\na: 2\n', 'f:2:1: Map keys must be unique'],
  ['- host: x\n    port: 1\n', 'f:1:'],
  ['x: *nope', 'f:1:'],
  ['\ta: 1', 'f:1:'],
  ['{% for x in y %}\na: 1\n', 'f:1:2: not YAML but a template that was not rendered'],
];

t.test('YAML: each mistake is one line with its position', async (t) => {
  for (const [text, start] of mistakes) {
    try {
      parseYaml(text, 'f');
      t.fail(`no mistake seen in ${text}`);
    } catch (error: unknown) {
      t.ok(error instanceof ConfigError, text);
      t.ok(error instanceof ConfigError && error.message.startsWith(start), `${text}: ${error}`);
      t.notMatch(String(error), /\n/, 'one line');
    }
  }
  const bomb = `a: &a [x]\n${Array.from({ length: 9 }, (_, i) => `b${i}: &b${i} [${'*a,'.repeat(9)}*a]`).join('\n')}`;
  t.doesNotThrow(() => parseYaml(bomb, 'f'), 'aliases are fine');
});

const key = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
const value = fc.stringMatching(/^[a-zA-Z0-9/:._ -]{1,12}$/).map((text) => `v${text.trim()}`);

t.test('for every text the readers throw a ConfigError or nothing', async () => {
  const fragments = [
    '[a]',
    '[[a]]',
    'a = 1',
    'a: 1',
    '- x',
    '&b',
    '*b',
    '<<: *b',
    '"',
    '{{ if }}',
    '[',
    '|',
    '\t',
    '\r\n',
  ];
  const text = fc
    .array(fc.oneof(fc.constantFrom(...fragments), fc.string()), { maxLength: 10 })
    .map((parts) => parts.join('\n'));
  const onlyConfigErrors = (read: () => unknown) => {
    try {
      read();
    } catch (error: unknown) {
      if (!(error instanceof ConfigError)) {
        throw error;
      }
    }
  };
  fc.assert(
    fc.property(text, (written) => {
      onlyConfigErrors(() => parseToml(written, 'f').keys());
      onlyConfigErrors(() => parseYaml(written, 'f').map((root) => [...settingsOf(root)]));
    }),
    { numRuns: 500 },
  );
});

t.test('for every table the position of a value is where the value is written', async () => {
  const table = fc.dictionary(key, fc.dictionary(key, value, { minKeys: 1, maxKeys: 4 }), { minKeys: 1, maxKeys: 4 });
  const written = (text: string, line: number, column: number) =>
    text.split(/\r?\n/)[line - 1]?.slice(column - 1) ?? '';
  fc.assert(
    fc.property(table, fc.constantFrom('\n', '\r\n'), fc.constantFrom('', '\uFEFF'), (settings, end, mark) => {
      const toml = Object.entries(settings).flatMap(([name, inner]) => [
        `[${name}]`,
        ...Object.entries(inner).map(([k, v]) => `  ${k} = "${v}" # why`),
      ]);
      const yaml = Object.entries(settings).flatMap(([name, inner]) => [
        `${name}:`,
        ...Object.entries(inner).map(([k, v]) => `    ${k}:   "${v}"`),
      ]);
      const fromToml = parseToml(mark + toml.join(end), 'f');
      const [root] = parseYaml(mark + yaml.join(end), 'f');
      const fromYaml = settingsOf(root);
      for (const [name, inner] of Object.entries(settings)) {
        for (const [k, v] of Object.entries(inner)) {
          const places = [
            [toml, fromToml.get(`${name}.${k}`)?.origin],
            [yaml, fromYaml.get(`${name}.${k}`)?.valueOrigin],
          ] as const;
          for (const [lines, origin] of places) {
            if (
              origin?.kind !== 'file' ||
              !written(lines.join('\n'), origin.line, origin.column).startsWith(`"${v}"`)
            ) {
              throw new Error(`${name}.${k} is not at ${JSON.stringify(origin)}`);
            }
          }
        }
      }
    }),
  );
});
