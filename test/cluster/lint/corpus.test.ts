import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { formatProblem } from '../../../cluster/documents/origin.js';
import { lintFile } from '../../../cluster/lint/lint.js';

const corpus = process.env.TIDB_REAL_CONFIGS ?? '';

/** Line and code of the mistakes of each file that has one. */
const mistakes: Readonly<Record<string, readonly string[]>> = {
  'compose/tidb-docker-compose_test-tls_docker-compose.yml': ['15 compose-plaintext-url'],
  'k8s/docs1.6_multi-k8s_2.yaml': ['46 unknown-key'],
  'k8s/issue_operator1771_tidbcluster.yaml': ['11 old-tls-switch'],
  'pd/ansible_pd.toml.j2': ['4 toml-syntax'],
  'prometheus/ansible_prometheus.yml.j2': ['8 yaml-syntax'],
  'tidb/course201_tidb-auto-tls.toml': ['4 unknown-key', '5 unknown-key'],
  'tidb/kubeblocks_tidb.toml.tpl': ['5 toml-syntax'],
  'tikv/kubeblocks_tikv.toml.tpl': ['5 toml-syntax'],
  'tiproxy/dbtool_secure_tiproxy.toml': ['14 tiproxy-api-plaintext'],
  'topology/zihesong_topo-badindent.yaml': ['30 yaml-syntax'],
};

t.test(
  'files of public repositories: no crash, only notes on a correct one, each mistake on its line',
  { skip: corpus === '' ? 'TIDB_REAL_CONFIGS names no folder' : false },
  async (t) => {
    const rows = readFileSync(join(corpus, 'INDEX.tsv'), 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.split('\t'))
      .filter(([path]) => path !== undefined && path !== '');
    for (const row of rows) {
      const [path = ''] = row;
      const result = (row.at(-1) ?? '').replaceAll('"', '');
      const problems = lintFile(join(corpus, path));
      const reported = problems.filter(({ severity }) => severity !== 'note');
      const lines = reported.map(({ origin, code }) => `${origin.kind === 'file' ? origin.line : 0} ${code}`);
      if (result.startsWith('CLEAN')) {
        t.strictSame(reported.map(formatProblem), [], path);
      } else if (result.startsWith('VERSION')) {
        t.strictSame(lines, [], `${path}: only a note where the version is unknown`);
        t.match(lintFile(join(corpus, path), { version: '7.5.2' }), [{ severity: 'fail', code: 'empty-paths' }]);
        t.strictSame(lintFile(join(corpus, path), { version: '8.5.0' }), [], 'no problem for a later release');
      } else {
        t.ok(lines.length > 0, `${path}: ${result}`);
        for (const line of mistakes[path] ?? []) {
          t.ok(lines.includes(line), `${path}: ${line} among ${lines.join(', ')}`);
        }
      }
    }
  },
);
