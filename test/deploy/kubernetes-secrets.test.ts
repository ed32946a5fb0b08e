import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { DevCluster } from '../../devcluster/dev-cluster.js';
import type { MemberName } from '../../devcluster/members.js';
import { go, rendered } from '../support/deploy-tools.js';
import { devCluster } from '../support/dev-cluster.js';
import { eventually } from '../support/eventually.js';
import { readyAt, runAgent, startAgent } from '../support/run-agent.js';
import { mountVolume } from '../support/secret-volume.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

/** What the cluster's own copy of a pair is now, mounted as a Secret for the agent. */
function mountSecret(cluster: DevCluster, folder: string, member: MemberName | 'agent', runtime: string): void {
  const { ca, cert, key } = cluster.files(member);
  const [caPem = '', certPem = '', keyPem = ''] = [ca, cert, key].map((file) => readFileSync(file, 'utf8'));
  mountVolume(folder, runtime, { 'ca.crt': caPem, 'tls.crt': certPem, 'tls.key': keyPem });
}

/** agent.toml as the chart renders it, with the Secrets in a folder of this machine and PD on a port of it. */
async function installed(t: Test, cluster: DevCluster) {
  const directory = temporaryDirectory(t);
  const secrets = join(directory, 'secrets');
  mkdirSync(secrets);
  mountSecret(cluster, join(secrets, 'client'), 'agent', 'first');
  for (const member of ['pd', 'tikv', 'tidb', 'tiflash', 'ticdc', 'tiproxy'] as const) {
    mountSecret(cluster, join(secrets, member), member, 'first');
  }
  const pd = `cluster.pd={https://127.0.0.1:${cluster.port('pd', 'client')}}`;
  const values = ['--set', pd, '--set', 'agent.probe.interval=500ms', '--set', 'agent.copyDelay=2m'];
  const [map] = rendered(...values).filter(({ kind }) => kind === 'ConfigMap') as never as {
    data: Record<string, string>;
  }[];
  const toml = (map?.data['agent.toml'] ?? '').replaceAll('/var/run/secrets/tidb-mtls-agent', secrets);
  const file = join(directory, 'agent.toml');
  writeFileSync(file, toml);
  return { file, secrets };
}

t.test('check finds nothing wrong, with the file that the chart renders and Secrets as volumes', go, async (t) => {
  const cluster = await devCluster(t);
  const { file } = await installed(t, cluster);
  const { status, stdout, stderr } = await runAgent('check', '--config', file, '--fail-on', 'warn');
  t.equal(status, 0, `${stdout}${stderr}`);
  t.match(stdout, /^0 failed, 0 warnings, 0 inconclusive, (\d{3}|[5-9]\d) passed \(\d+ ports of \d+ instances\)\n$/);
});

t.test('a rotation reaches the pods first, the agent later, and is no failure in between', go, async (t) => {
  const cluster = await devCluster(t);
  const { file, secrets } = await installed(t, cluster);
  const agent = startAgent(['run', '--config', file, '--listen', '127.0.0.1:0']);
  t.teardown(() => agent.child.kill());
  const url = await readyAt(agent);
  const statuses = async () => {
    const { findings } = (await (await fetch(`${url}/api/v1/findings`)).json()) as { findings: Finding[] };
    return findings
      .filter(({ check, component }) => check === 'served-matches-file' && component === 'tidb')
      .map(({ status, message }) => `${status}: ${message}`);
  };
  t.strictSame(await statuses(), ['pass: serves the certificate on disk']);

  await cluster.rotate('tidb');
  const newer = /^unknown: reloading: serves a newer certificate than the file here, which must be updated by /;
  await eventually('the port serves the new one', async () => newer.test((await statuses())[0] ?? ''));

  mountSecret(cluster, join(secrets, 'tidb'), 'tidb', 'second');
  const matches = 'pass: serves the certificate on disk';
  await eventually('the Secret arrives', async () => (await statuses())[0] === matches);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  t.match(
    metrics,
    /tidb_mtls_file_changes_total\{detected_by="event"[^}]*\} [1-9]/,
    'the swap of ..data was seen at once',
  );
});

interface Finding {
  readonly check: string;
  readonly component: string;
  readonly status: string;
  readonly message: string;
}
