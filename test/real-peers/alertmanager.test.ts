import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import { incidentsOf } from '../../checks/causes/incidents.js';
import { placeText } from '../../checks/causes/place.js';
import { runChecks } from '../../checks/run-checks.js';
import { alerts as catalogue } from '../../generate/rules/catalogue.js';
import { eventually } from '../support/eventually.js';
import { type Fault, fileFaults, portFaults, settingFaults } from '../support/faults/faults.js';
import { listening } from '../support/listening.js';
import { healthy } from '../support/model-cluster.js';
import { evidenceOfModel } from '../support/model-evidence.js';
import { needs } from '../support/peers.js';
import { freePort, started } from '../support/real-peer.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const program = '/usr/bin/prometheus-alertmanager';
const example = readFileSync(join(import.meta.dirname, '../../deploy/alertmanager/alertmanager.yml'), 'utf8');

type Labels = Readonly<Record<string, string>>;

interface Message {
  readonly alerts: readonly { readonly labels: Labels }[];
}

function alert(name: string, level: string, labels: Readonly<Record<string, string>>) {
  const severity = level === 'emergency' ? 'critical' : level;
  return { labels: { alertname: `TiDB_mtls_${name}`, level, severity, tidb_cluster: 'prod-1', ...labels } };
}

/** The example, but for where it sends to and for the waiting that gathers alerts; `notified` gets each alert of a message. */
async function startAlertmanager(t: Test, notified: (receiver: string, labels: Labels) => void) {
  const webhook = createServer(async (request, response) => {
    const { alerts } = JSON.parse(await text(request)) as Message;
    for (const { labels } of alerts) {
      notified(request.url?.slice(1) ?? '', labels);
    }
    response.end();
  });
  const receivers = await listening(t, webhook);
  const directory = temporaryDirectory(t);
  const config = example
    .replaceAll('127.0.0.1:8080', `127.0.0.1:${receivers}`)
    .replaceAll(/group_wait: \d+[ms]/g, 'group_wait: 1s');
  writeFileSync(join(directory, 'alertmanager.yml'), config);
  const port = await freePort();
  await started(
    t,
    program,
    [
      `--config.file=${join(directory, 'alertmanager.yml')}`,
      `--storage.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
    ],
    /Listening/,
  );
  return async (alerts: readonly unknown[]) => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify(alerts);
    const response = await fetch(`http://127.0.0.1:${port}/api/v2/alerts`, { method: 'POST', headers, body });
    t.equal(response.status, 200);
  };
}

t.test(
  'a real Alertmanager with the example notifies each team of its alerts, and inhibits those that another alert explains',
  needs(program, 'prometheus-alertmanager'),
  async (t) => {
    const reported = new Map<string, Set<string>>();
    const post = await startAlertmanager(t, (receiver, labels) =>
      reported.set(receiver, (reported.get(receiver) ?? new Set()).add(`${labels.alertname} ${labels.instance}`)),
    );
    const leaf = { component: 'tikv', instance: 'a:20180', position: 'leaf' };
    const grpc = { component: 'tidb', instance: 'b:10080', endpoint: 'status' };
    await post([
      alert('certificate_expiring_critical', 'critical', leaf),
      alert('certificate_expiring', 'warning', leaf),
      alert('certificate_expiring', 'warning', { ...leaf, instance: 'c:20180' }),
      alert('endpoint_down', 'critical', { ...grpc, identity: 'agent' }),
      alert('caller_rejected', 'critical', { ...grpc, identity: 'pd' }),
      alert('agent_missing', 'warning', { instance: 'd:10793' }),
    ]);
    await eventually(
      'every team is notified',
      () =>
        ['on-call', 'storage-team', 'monitoring-team'].every((team) => reported.has(team)) &&
        (reported.get('on-call')?.size ?? 0) > 1,
    );
    t.strictSame(Object.fromEntries([...reported].map(([team, alerts]) => [team, [...alerts].sort()])), {
      'on-call': ['TiDB_mtls_certificate_expiring_critical a:20180', 'TiDB_mtls_endpoint_down b:10080'],
      'storage-team': ['TiDB_mtls_certificate_expiring c:20180'],
      'monitoring-team': ['TiDB_mtls_agent_missing d:10793'],
    });
  },
);

/** The alerts that fire for a fault: those on findings, and that of its incident. */
async function alertsOf(t: Test, { apply }: Fault, cluster: string) {
  const evidence = await evidenceOfModel(t, await apply(await model));
  const findings = runChecks(evidence);
  const incidents = incidentsOf(evidence, findings).filter(({ status }) => status === 'fail');
  const ofFindings = findings
    .filter(({ status }) => status === 'fail')
    .flatMap(({ check, component, instance, endpoint = '', identity = '' }) =>
      catalogue
        // That one is about inconclusive findings.
        .filter(({ name, checks }) => checks?.includes(check) && name !== 'endpoint_unverified')
        .map(({ name, level }) =>
          alert(name, level, { tidb_cluster: cluster, component, instance, endpoint, identity }),
        ),
    );
  const ofIncidents = incidents.map(({ severity, cause, place }) => {
    const { component, instance = '' } = place;
    const name = `incident_${severity.replace('-', '_')}`;
    return alert(name, 'critical', { tidb_cluster: cluster, component, instance, cause, place: placeText(place) });
  });
  return { fired: [...ofIncidents, ...ofFindings], incidents: incidents.map(({ cause }) => cause) };
}

const model = healthy();

t.test(
  'each fault is one notification, that of its incident, and none of its consequences',
  needs(program, 'prometheus-alertmanager'),
  async (t) => {
    const notified = new Map<string, string[]>();
    const post = await startAlertmanager(t, (_receiver, { tidb_cluster = '', alertname = '', cause = alertname }) =>
      notified.set(tidb_cluster, [...(notified.get(tidb_cluster) ?? []), cause]),
    );
    const faults = [...portFaults, ...fileFaults, ...settingFaults];
    const expected = new Map<string, readonly string[]>();
    const all: unknown[] = [];
    for (const fault of faults) {
      const { fired, incidents } = await alertsOf(t, fault, fault.name);
      all.push(...fired);
      if (incidents.length > 0) {
        // An emergency is not inhibited.
        const emergency = fired.some(({ labels }) => labels.alertname === 'TiDB_mtls_file_unsafe');
        expected.set(fault.name, emergency ? [...incidents, 'TiDB_mtls_file_unsafe'] : incidents);
      }
    }
    t.ok(all.length > 3 * expected.size, `${all.length} alerts of ${expected.size} faults`);
    await post(all);
    await eventually('each fault is notified', () => [...expected.keys()].every((name) => notified.has(name)));
    // Its group begins later than those of the consequences, and waits as long.
    await post([alert('agent_missing', 'warning', { tidb_cluster: 'last', instance: 'd:10793' })]);
    await eventually('the last one is notified', () => notified.has('last'));
    notified.delete('last');
    t.strictSame(
      Object.fromEntries([...notified].map(([name, causes]) => [name, [...new Set(causes)].sort()])),
      Object.fromEntries([...expected].map(([name, causes]) => [name, [...causes].sort()])),
    );
  },
);
