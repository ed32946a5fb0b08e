import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import {
  defaultUnit,
  renderAgentUnit,
  renderProxySocket,
  renderProxyUnit,
  renderTmpfiles,
} from '../agent/deploy/unit.js';

import { describeLint } from '../cluster/lint/describe.js';
import { describeChecks, renderCheckExamples } from './checks.js';
import { describeConfiguration } from './configuration.js';
import { describeDashboard } from './dashboard/describe.js';
import { renderDashboard } from './dashboard/render.js';
import { renderManualPage } from './man.js';
import { describeMetrics } from './metrics.js';
import { renderPageAssets } from './page-assets.js';
import { renderPrometheusRule, renderRecordings, renderRules, renderTiupRules } from './rules/render.js';
import { describeSemantics } from './semantics.js';
import { sidecars } from './sidecars.js';

const written: Readonly<Record<string, () => string>> = {
  'docs/configuration.md': describeConfiguration,
  'docs/checks.md': describeChecks,
  'checks/examples.ts': renderCheckExamples,
  'docs/lint.md': describeLint,
  'docs/semantics.md': describeSemantics,
  'docs/metrics.md': describeMetrics,
  'docs/grafana.md': describeDashboard,
  'agent/page/assets.ts': renderPageAssets,
  'deploy/prometheus/tidb-mtls.rules.yml': renderRules,
  'deploy/prometheus/tidb-mtls.recording.rules.yml': renderRecordings,
  'deploy/tiup/tidb-mtls.rules.yml': renderTiupRules,
  'deploy/tiup/tidb-mtls.recording.rules.yml': renderRecordings,
  'deploy/kubernetes/prometheusrule.yml': renderPrometheusRule,
  'deploy/grafana/tidb-mtls.json': renderDashboard,
  'man/tidb-mtls-agent.1': renderManualPage,
  ...sidecars,
};

/** What the chart carries a copy of, since a chart reads nothing outside its own folder. */
const carried: readonly string[] = ['deploy/kubernetes/prometheusrule.yml', 'deploy/grafana/tidb-mtls.json'];

/** Everything that is written from code: a test holds page and code equal. */
export const generated: Readonly<Record<string, () => string>> = {
  ...written,
  ...Object.fromEntries(
    Object.entries(written)
      .filter(([file]) => carried.includes(file))
      .map(([file, render]) => [`deploy/helm/tidb-mtls-agent/files/${basename(file)}`, render]),
  ),
  'deploy/systemd/tidb-mtls-agent.service': () => renderAgentUnit(defaultUnit),
  'deploy/systemd/tidb-mtls-proxy.service': () => renderProxyUnit(),
  'deploy/systemd/tidb-mtls-proxy.socket': renderProxySocket,
  'deploy/systemd/tidb-mtls-agent.tmpfiles.conf': renderTmpfiles,
};

if (process.argv[1]?.endsWith('generate.ts')) {
  for (const [file, render] of Object.entries(generated)) {
    writeFileSync(new URL(`../${file}`, import.meta.url), render());
  }
}
