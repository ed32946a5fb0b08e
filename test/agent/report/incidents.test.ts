import t from 'tap';
import { renderReport } from '../../../agent/page/report.js';
import { renderIncidents } from '../../../agent/report/incidents-table.js';
import { findingsDocument } from '../../../agent/report/json.js';
import { junitOfFindings } from '../../../agent/report/junit.js';
import { sarifOfFindings } from '../../../agent/report/sarif.js';
import { plain } from '../../../agent/terminal/terminal.js';
import { incidentsOf } from '../../../checks/causes/incidents.js';
import { runChecks } from '../../../checks/run-checks.js';
import { AgentMetrics } from '../../../metrics/agent-metrics.js';
import { now } from '../../support/evidence.js';
import { changed, healthy, pairOf, switched } from '../../support/model-cluster.js';
import { evidenceOfModel } from '../../support/model-evidence.js';

const broken = switched(await healthy(), 'tikv', { grpc: 'plaintext' });
const expired = await pairOf('tidb', {
  notBefore: new Date(now.getTime() - 4e10),
  notAfter: new Date(now.getTime() - 1e8),
});
const evidence = await evidenceOfModel(t, changed(broken, 'tidb', { pair: expired }));
const findings = runChecks(evidence);
const incidents = incidentsOf(evidence, findings);
const explained = new Set(incidents.flatMap((incident) => incident.findings));
const [first, second] = incidents;

t.test('table: incidents with their fixes in order and what they explain, then the counts', async (t) => {
  const text = renderIncidents({ findings, incidents }, { terminal: plain, now });
  t.match(
    text,
    /^✗ tidb 127\.0\.0\.1:1 {2}.*tls\.crt expired .*\[certificate-expired\]\n {4}1\. issue the certificate again.*\n {4}2\. write /,
  );
  t.match(text, /\n {4}calls fail now, since \d{4}-.*; explains \d+ findings: caller-accepted, certificate-validity, /);
  t.match(text, /\n✗ tikv 127\.0\.0\.1:3 grpc {2}serves plaintext/);
  t.match(text, /\n2 incidents: \d+ failed, .* passed\n$/);
  const shown = text.split('\n').filter((line) => /^[✗!~]/.test(line));
  t.ok(shown.length < 6, 'what incidents explain is not listed');
});

t.test('JSON: incidents with ids, and each finding with that of its incident', async (t) => {
  const document = JSON.parse(JSON.stringify(findingsDocument(findings, incidents)));
  t.match(document.incidents, [
    {
      id: first?.id,
      cause: 'certificate-expired',
      severity: 'failing',
      place: { component: 'tidb' },
      explains: first?.findings.length,
    },
    { id: second?.id, cause: 'plaintext-port', place: { component: 'tikv', endpoint: 'grpc' } },
  ]);
  t.equal(
    document.findings.filter(({ incident }: { incident?: string }) => incident === first?.id).length,
    first?.findings.length,
  );
  t.notOk(
    document.findings.some(
      ({ status, incident }: { status: string; incident?: string }) => status === 'fail' && incident === undefined,
    ),
  );
});

t.test('SARIF and JUnit: a result per incident in place of the findings that it explains', async (t) => {
  const { runs } = JSON.parse(JSON.stringify(sarifOfFindings(findings, incidents)));
  t.match(runs[0].results[0], {
    ruleId: 'certificate-expired',
    level: 'error',
    partialFingerprints: { incident: first?.id },
  });
  t.equal(runs[0].results.length, findings.length - explained.size + incidents.length);
  t.match(
    runs[0].tool.driver.rules.find(({ id }: { id: string }) => id === 'certificate-expired'),
    { shortDescription: { text: 'A certificate on disk has expired' } },
  );
  t.match(junitOfFindings(findings, 'fail', incidents), /<testsuites [^>]*failures="2"/);
});

t.test('metrics: one series per incident, with the status of its worst finding', async (t) => {
  const metrics = new AgentMetrics();
  metrics.setIncidents(incidents);
  t.match(
    await metrics.render(['incident']),
    /^tidb_mtls_incident\{cause="plaintext-port",severity="failing",component="tikv",instance="127\.0\.0\.1:3",place="tikv 127\.0\.0\.1:3 grpc"\} 3$/m,
  );
  metrics.setIncidents([]);
  t.notMatch(await metrics.render(['incident']), /^tidb_mtls_incident\{/m, 'it is gone when the fault is');
});

t.test('HTML: one page without script, link or other file', async (t) => {
  const page = renderReport({ findings, incidents, version: '1.2.3', probed: '7 ports of 4 instances', now });
  t.match(page, /<h1>TiDB mTLS: 2 incidents<\/h1>/);
  t.match(page, 'expired');
  t.match(page, /Explains \d+ findings/);
  t.notMatch(page, /<script|<link|href=|src=|url\((?!#)/, 'it needs nothing beside it');
});
