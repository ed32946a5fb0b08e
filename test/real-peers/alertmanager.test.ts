import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import t from 'tap';
import { eventually } from '../support/eventually.js';
import { listening } from '../support/listening.js';
import { needs } from '../support/peers.js';
import { freePort, started } from '../support/real-peer.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const program = '/usr/bin/prometheus-alertmanager';
const example = readFileSync(join(import.meta.dirname, '../../deploy/alertmanager/alertmanager.yml'), 'utf8');

interface Message {
  readonly alerts: readonly { readonly labels: Readonly<Record<string, string>> }[];
}

function alert(name: string, level: string, labels: Readonly<Record<string, string>>) {
  const severity = level === 'emergency' ? 'critical' : level;
  return { labels: { alertname: `TiDB_mtls_${name}`, level, severity, tidb_cluster: 'prod-1', ...labels } };
}

t.test(
  'a real Alertmanager with the example notifies each team of its alerts, and inhibits those that another alert explains',
  needs(program, 'prometheus-alertmanager'),
  async (t) => {
    const reported = new Map<string, Set<string>>();
    const webhook = createServer(async (request, response) => {
      const { alerts } = JSON.parse(await text(request)) as Message;
      const receiver = request.url?.slice(1) ?? '';
      for (const { labels } of alerts) {
        reported.set(receiver, (reported.get(receiver) ?? new Set()).add(`${labels.alertname} ${labels.instance}`));
      }
      response.end();
    });
    const receivers = await listening(t, webhook);
    const directory = temporaryDirectory(t);
    // The example, but for where it sends to and for the waiting that gathers alerts.
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

    const leaf = { component: 'tikv', instance: 'a:20180', position: 'leaf' };
    const grpc = { component: 'tidb', instance: 'b:10080', endpoint: 'status' };
    const body = JSON.stringify([
      alert('certificate_expiring_critical', 'critical', leaf),
      alert('certificate_expiring', 'warning', leaf),
      alert('certificate_expiring', 'warning', { ...leaf, instance: 'c:20180' }),
      alert('endpoint_down', 'critical', { ...grpc, identity: 'agent' }),
      alert('caller_rejected', 'critical', { ...grpc, identity: 'pd' }),
      alert('agent_missing', 'warning', { instance: 'd:10793' }),
    ]);
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`http://127.0.0.1:${port}/api/v2/alerts`, { method: 'POST', headers, body });
    t.equal(response.status, 200);
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
