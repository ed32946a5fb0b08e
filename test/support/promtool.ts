import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { parse } from 'yaml';
import { renderPrometheusRule, renderRules, renderTiupRules } from '../../generate/rules/render.js';
import { needs } from './peers.js';
import { temporaryDirectory } from './temporary-directory.js';

const program = '/usr/bin/promtool';

/** Options of a tap test that needs promtool. */
export const promtool = needs(program, 'prometheus');

export const day = 86_400;
export const hour = 3600;

export interface Series {
  readonly series: string;
  /** promtool's notation: `1x20 stale`. */
  readonly values: string;
}

/** The number of alerts of a name at a time, by state (default: firing). */
export type Expected = readonly [at: string, alert: string, count: number, state?: 'pending' | 'firing'];

export interface Scenario {
  readonly name: string;
  readonly interval?: string;
  readonly series: readonly Series[];
  readonly expected?: readonly Expected[];
  /** An expression, a time, and its one value there. */
  readonly expressions?: readonly (readonly [expression: string, at: string, value: number])[];
  readonly exact?: readonly object[];
  /** No alert at all, pending or firing, from the beginning to this time. */
  readonly silentUntil?: string;
}

/** The rules that Prometheus reads from each form: TiUP's after its replacements, Kubernetes' from the resource. */
export const forms: Readonly<Record<string, () => string>> = {
  prometheus: renderRules,
  tiup: () => asTiupInstalls(renderTiupRules(), 'prod-1'),
  kubernetes: () => JSON.stringify(parse(renderPrometheusRule()).spec),
};

/** The two lines of sed that TiUP runs over the files of a `rule_dir` on the monitoring host. */
function asTiupInstalls(rules: string, name: string): string {
  return sed(rules, `s/env: [^ ]*/env: ${name}/g`, `s/cluster: [^ ]*,/cluster: ${name},/g`);
}

/** TiUP's replacements in the rules of its package. */
export function asTiupPackages(rules: string, name: string): string {
  return sed(rules, `s/ENV_LABELS_ENV/${name}/g`);
}

function sed(text: string, ...scripts: readonly string[]): string {
  const args = scripts.flatMap((script) => ['-e', script]);
  return spawnSync('sed', args, { input: text, encoding: 'utf8' }).stdout;
}

/** Writes the shipped rules with these scenarios, and asserts that promtool accepts them. */
export function promtoolTests(
  t: Test,
  evaluation_interval: string,
  scenarios: readonly Scenario[],
  rules: () => string = renderRules,
): void {
  const directory = temporaryDirectory(t);
  writeFileSync(join(directory, 'rules.yml'), rules());
  const tests = scenarios.map(({ name, interval, series, expected = [], expressions = [], exact, silentUntil }) => ({
    name,
    interval: interval ?? evaluation_interval,
    input_series: series,
    promql_expr_test: [
      ...expected.map(([eval_time, alert, value, state = 'firing']) => ({
        expr: `count(ALERTS{alertname="TiDB_mtls_${alert}",alertstate="${state}"}) or vector(0)`,
        eval_time,
        exp_samples: [{ labels: '{}', value }],
      })),
      ...expressions.map(([expr, eval_time, value]) => ({ expr, eval_time, exp_samples: [{ labels: '{}', value }] })),
      ...(silentUntil === undefined
        ? []
        : [
            {
              // By name, so that a failure says which.
              expr: `sum by (alertname) (count_over_time(ALERTS[${silentUntil}]))`,
              eval_time: silentUntil,
              exp_samples: [],
            },
          ]),
    ],
    ...(exact === undefined ? {} : { alert_rule_test: exact }),
  }));
  writeFileSync(
    join(directory, 'tests.yml'),
    JSON.stringify({ rule_files: ['rules.yml'], evaluation_interval, tests }),
  );
  const { status, stdout, stderr } = spawnSync(program, ['test', 'rules', join(directory, 'tests.yml')], {
    encoding: 'utf8',
  });
  t.equal(status, 0, `${scenarios.length} scenarios\n${status === 0 ? '' : `${stdout}${stderr}`}`);
}

export function validity(labels: string, end: string, begin: string, prefix = 'certificate'): readonly Series[] {
  return [
    { series: `tidb_mtls_${prefix}_not_after_timestamp_seconds{${labels}}`, values: end },
    { series: `tidb_mtls_${prefix}_not_before_timestamp_seconds{${labels}}`, values: begin },
  ];
}

/** promtool's own check of a rules file: exit status and what it said. */
export function checkRules(t: Test, rules: string): { readonly status: number | null; readonly output: string } {
  const path = join(temporaryDirectory(t), 'rules.yml');
  writeFileSync(path, rules);
  const { status, stdout, stderr } = spawnSync(program, ['check', 'rules', path], { encoding: 'utf8' });
  return { status, output: `${stdout}${stderr}` };
}

export const tikv = 'component="tikv",instance="h:20180"';
export const leaf = `${tikv},position="leaf"`;

export function findingSeries(check: string, values: string, more = ''): Series {
  return { series: `tidb_mtls_finding{check="${check}",${tikv},endpoint="grpc",identity="agent"${more}}`, values };
}

/** A certificate with this remaining time at minute 30. */
export function certificate(lifetime: number, left: number, labels = leaf, prefix?: string): readonly Series[] {
  const end = 1800 + left;
  return validity(labels, `${end}x90`, `${end - lifetime}x90`, prefix);
}
