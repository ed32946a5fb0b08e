import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { runAgent } from '../../support/run-agent.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

t.test('a format that does not go with the flags is an error before any probe', async (t) => {
  const file = join(temporaryDirectory(t), 'pd.toml');
  writeFileSync(file, 'client-urls = "https://127.0.0.1:1"\n');
  const mistakes: readonly (readonly [readonly string[], RegExp])[] = [
    [['check', '--output', 'jsn'], /--output is "jsn"\n.*did you mean json\?/],
    [
      ['check', '--output', 'spreadsheet'],
      /--output is "spreadsheet"\n.*one of: table, json, sarif, junit, html, prometheus/,
    ],
    [['check', '--json', '--output', 'sarif', file], /ask for two formats/],
    [['check', '--matrix', '--output', 'junit', file], /--output junit does not go with these flags\n.*table, json/],
    [['check', '--inventory', '--output', 'sarif', file], /does not go with these flags/],
    [['check', '--after-enable', '--output', 'prometheus', file], /does not go with these flags/],
    [['check', '--watch', '--json', file], /--output json does not go with these flags/],
    [['check', '--watch', '--after-enable', file], /--watch goes with neither/],
    [['lint', '--output', 'prometheus', file], /--output is "prometheus"\n.*one of: table, json, sarif, junit/],
    [['check', '--fail-on', 'war', file], /--fail-on is "war"\n.*did you mean warn\?/],
  ];
  for (const [args, expected] of mistakes) {
    t.match(await runAgent(...args), { status: 2, stdout: '', stderr: expected }, args.join(' '));
  }
});
