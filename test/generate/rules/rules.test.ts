import t from 'tap';
import { parse } from 'yaml';
import { checks } from '../../../checks/catalogue.js';
import { alerts, checksWithoutAlert, metricsWithoutAlert, recordings } from '../../../generate/rules/catalogue.js';
import { renderRecordings, renderRules, renderTiupRules } from '../../../generate/rules/render.js';
import { definitions } from '../../../metrics/definitions.js';
import { proxyDefinitions } from '../../../metrics/proxy-definitions.js';
import { asTiupPackages, checkRules, forms, promtool } from '../../support/promtool.js';

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

function rulesOf(text: string): readonly Rule[] {
  return (parse(text).groups as readonly { readonly rules: readonly Rule[] }[]).flatMap(({ rules }) => rules);
}

t.test('promtool accepts every form', promtool, async (t) => {
  for (const [form, rules] of Object.entries({ ...forms, recordings: renderRecordings })) {
    const { status, output } = checkRules(t, rules());
    t.equal(status, 0, `${form}: ${output}`);
  }
});

t.test('all forms have the same alerts, each with its own labels', async (t) => {
  const inAll = (rules: readonly Rule[]) =>
    rules.filter(({ alert }) => alert !== undefined).map(({ alert, expr, for: hold }) => ({ alert, expr, hold }));
  const plain = rulesOf(renderRules());
  for (const [form, rules] of Object.entries(forms)) {
    const these = rulesOf(rules());
    t.strictSame(inAll(these), inAll(plain), form);
    for (const { labels = {}, annotations = {} } of these.filter(({ alert }) => alert !== undefined)) {
      t.match(labels, { level: /^(warning|critical|emergency)$/, severity: /^(warning|critical)$/ });
      t.match(annotations, { summary: /./, description: /values: /, value: '{{ $value }}', runbook_url: /^https:/ });
    }
  }
});

t.test(
  "TiUP's: named after the cluster, with the expression as a label, as the rules that come with TiDB",
  async (t) => {
    for (const { alert, expr, labels, annotations } of rulesOf(forms.tiup?.() ?? '')) {
      if (alert !== undefined) {
        t.match(alert, /^TiDB_mtls_[a-z_]+$/);
        t.match(labels, { env: 'prod-1', expr });
        t.match(annotations?.description, /^cluster: prod-1, \{\{ with \$labels\.component \}\}.*values: /);
      }
    }
    t.equal(forms.tiup?.(), asTiupPackages(renderTiupRules(), 'prod-1'), 'from rule_dir the same as from the package');
  },
);

t.test('no rule depends on the name of a scrape job', async (t) => {
  for (const { alert, record, expr } of [...rulesOf(renderRules()), ...rulesOf(renderRecordings())]) {
    t.notMatch(expr, /\bjob\b/, `${alert ?? record}`);
  }
});

t.test('every metric and every check is in an alert, or has a reason why not', async (t) => {
  const expressions = [...alerts, ...recordings].map(({ expr }) => expr).join('\n');
  for (const { name } of [...Object.values(definitions), ...Object.values(proxyDefinitions)]) {
    const used = new RegExp(`\\b${name}\\b`).test(expressions);
    t.equal(used, metricsWithoutAlert[name] === undefined, name);
  }
  const reported = new Set(alerts.flatMap(({ checks = [] }) => checks));
  for (const { id } of checks) {
    t.equal(reported.has(id), checksWithoutAlert[id] === undefined, id);
  }
  const known = new Set(checks.map(({ id }) => id));
  for (const id of [...reported, ...Object.keys(checksWithoutAlert)]) {
    t.ok(known.has(id), `${id} is in the catalogue`);
  }
});
