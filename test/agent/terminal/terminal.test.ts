import fc from 'fast-check';
import stringWidth from 'string-width';
import t from 'tap';
import { jsonText, printable } from '../../../agent/terminal/printable.js';
import { coloured, plain, terminalOf } from '../../../agent/terminal/terminal.js';
import { aligned, fitting, wrap } from '../../../agent/terminal/wrap.js';

const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

t.test('what a terminal would obey or hide becomes visible', async (t) => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['a colour', '\u001b[31mred', '\\u{1b}[31mred'],
    ['a title', '\u001b]0;owned\u0007', '\\u{1b}]0;owned\\u{7}'],
    ['C1 control', '\u009b31m', '\\u{9b}31m'],
    ['line breaks', 'a\r\nb\tc', 'a\\r\\nb\\tc'],
    ['bidirectional', 'a\u202eb\u2066c\u061cd', 'a\\u{202e}b\\u{2066}c\\u{61c}d'],
    ['no width', 'TiDB\u200bServer\ufeff', 'TiDB\\u{200b}Server\\u{feff}'],
    ['a space that is none', 'TiDB\u00a0Server', 'TiDB\\u{a0}Server'],
    ['a filler', 'a\u3164b', 'a\\u{3164}b'],
    ['half a character', 'a\ud800b', 'a\\u{d800}b'],
    ['a tag', 'a\u{e0041}b', 'a\\u{e0041}b'],
    ['what is fine', 'TiDB-Server 数据库 é 🙂 \\x', 'TiDB-Server 数据库 é 🙂 \\x'],
  ];
  for (const [what, text, shown] of cases) {
    t.equal(printable(text), shown, what);
  }
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !hidden.test(printable(text))));
});

t.test('JSON is harmless on a terminal, and says the same', async (t) => {
  t.equal(jsonText({ a: '\u009b\u202e' }), '{\n  "a": "\\u009b\\u202e"\n}\n');
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })), (document) => {
      const text = jsonText(document);
      t.same(JSON.parse(text), document);
      return !hidden.test(text.replaceAll('\n', ''));
    }),
  );
});

t.test('lines fit, in columns and not in characters; long words stay whole', async (t) => {
  t.equal(wrap('one two', undefined), 'one two');
  t.equal(wrap('证书 '.repeat(12).trim(), 42, 2), `${'证书 '.repeat(8).trim()}\n  ${'证书 '.repeat(4).trim()}`);
  const path = `/tidb-deploy/${'x'.repeat(60)}/tls/tikv.crt`;
  t.ok(wrap(`${path} is gone`, 50, 4).includes(path));
  t.equal(fitting('数据库', 6), '数据库');
  t.equal(fitting('数据库', 5), '数据…');
  t.strictSame(
    aligned([
      ['数据库', 'x'],
      ['ab', 'y'],
    ]),
    ['数据库  x', 'ab      y'],
  );
  fc.assert(
    fc.property(
      fc.array(fc.string({ minLength: 1, maxLength: 30 })),
      fc.integer({ min: 40, max: 120 }),
      (words, columns) =>
        wrap(words.map(printable).join(' '), columns, 4)
          .split('\n')
          .every((line) => stringWidth(line) <= columns),
    ),
  );
});

t.test('colours: only on a screen, and as the environment wants', async (t) => {
  const screen = { isTTY: true, columns: 100, rows: 30 } as NodeJS.WriteStream;
  const pipe = {} as NodeJS.WriteStream;
  const cases: readonly (readonly [NodeJS.WriteStream, NodeJS.ProcessEnv, boolean])[] = [
    [screen, { TERM: 'xterm' }, true],
    [screen, { TERM: 'xterm', NO_COLOR: '1' }, false],
    [screen, { TERM: 'xterm', NO_COLOR: '' }, true],
    [screen, { TERM: 'dumb' }, false],
    [screen, { TERM: 'xterm', FORCE_COLOR: '0' }, false],
    [pipe, { TERM: 'xterm' }, false],
    [pipe, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
  ];
  for (const [stream, env, expected] of cases) {
    t.equal(terminalOf(stream, env).colour, expected, JSON.stringify(env));
  }
  t.match(terminalOf(screen, {}), { screen: true, columns: 100, rows: 30 });
  t.match(terminalOf(pipe, {}), { screen: false, columns: undefined });
  t.equal(terminalOf({ isTTY: true, columns: 0 } as NodeJS.WriteStream, {}).columns, 80, 'a window without a size');
  t.equal(terminalOf(screen, { TERM: 'dumb' }).screen, false, 'nothing is rewritten there');
  t.equal(coloured({ ...plain, colour: true }, 'red', 'x'), '\u001b[31mx\u001b[39m');
  t.equal(coloured(plain, 'red', 'x'), 'x');
});
