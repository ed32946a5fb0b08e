import { spawn } from 'node:child_process';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { componentCommonNames } from '../../certs-dev/names.js';
import { startDevCluster } from '../../devcluster/dev-cluster.js';
import { property, restrictionsOf, run, until } from '../support/in-container.js';

/** Runs as root in the booted container: a cluster of user tidb's, agent and proxy by their units, and what came of it. */
const agent = 'tidb-mtls-agent.service';
const configuration = '/etc/tidb-mtls-agent/agent.toml';
const cluster = await startDevCluster({ directory: '/tidb-deploy' });
/** The user id of tidb in the container. */
const confinedUser = (await run('id', '-u', 'tidb')).trim();
const handOver = () => run('chown', '-R', 'tidb:tidb', '/tidb-deploy');

await handOver();
await run('systemd-tmpfiles', '--create', '/opt/repository/deploy/systemd/tidb-mtls-agent.tmpfiles.conf');
const laidOut = (await readFile(cluster.agentConfig, 'utf8')).replaceAll('"agent/', '"/tidb-deploy/agent/');
await writeFile(
  configuration,
  laidOut
    .replace('configs = ["*/conf', 'processes = true\nconfigs = ["/tidb-deploy/*/conf')
    .replace('timeout = "2s"', 'timeout = "20s"'),
);
await appendFile(configuration, '[history]\nfile = "/var/lib/tidb-mtls-agent/history.jsonl"\n');
await run('chgrp', 'tidb', configuration);
const components = [
  processOf('pd', 'pd-server', `--client-urls=https://127.0.0.1:${cluster.port('pd', 'client')}`),
  processOf('tikv', 'tikv-server', `--addr=127.0.0.1:${cluster.port('tikv', 'grpc')}`),
];
const report = { ...(await agentReport()), ...(await proxyReport()) };
for (const component of components) {
  component.kill();
}
await cluster.stop();
await writeFile('/result/report.json', JSON.stringify(report));

/** A process of user tidb with the command line of a component; its ports are those of this process. */
function processOf(member: 'pd' | 'tikv', executable: string, flag: string) {
  const id = Number(confinedUser);
  const args = [
    '-e',
    'setInterval(() => undefined, 1e6)',
    '--',
    flag,
    `--config=/tidb-deploy/${member}/conf/${member}.toml`,
  ];
  return spawn(process.execPath, args, {
    argv0: executable,
    uid: id,
    gid: id,
    cwd: `/tidb-deploy/${member}`,
    stdio: 'ignore',
  });
}

/** The instances that the agent knows from their processes. */
async function knownFromProcesses(): Promise<readonly string[]> {
  const names = { pd: cluster.port('pd', 'client'), tikv: cluster.port('tikv', 'status') };
  const pages = await Promise.all(
    Object.entries(names).map(async ([component, port]) => ({
      component,
      page: await get(`/instances/${component}/${encodeURIComponent(`127.0.0.1:${port}`)}`),
    })),
  );
  return pages.filter(({ page }) => /known from<[\s\S]*?process/.test(page)).map(({ component }) => component);
}

async function agentReport() {
  // Returns when the agent has said that it is ready.
  await run('systemctl', 'start', agent);
  const pid = await property(agent, 'MainPID');
  const restrictions = restrictionsOf(pid);
  const results = async (): Promise<readonly { readonly status: string }[]> =>
    JSON.parse(await get('/api/v1/findings')).findings;
  const passing = async () => (await results()).filter(({ status }) => status === 'pass').length;
  await until('every port was evaluated', async () => (await passing()) > 60);
  const findings = await results();
  const processes = await knownFromProcesses();
  const metrics = (await get('/metrics')).split('\n').filter((line) => line.startsWith('tidb_mtls_'));
  await cluster.rotate('tikv');
  await handOver();
  await until('the rotation is in the history', async () => (await get('/api/v1/events')).includes('rotation'));
  await run('systemctl', 'reload', agent);
  const reloaded = await property(agent, 'ActiveState');
  // The watchdog: a process that hangs is ended and started again.
  process.kill(Number(pid), 'SIGSTOP');
  const isBack = async () =>
    Number(await property(agent, 'NRestarts')) >= 1 && (await property(agent, 'ActiveState')) === 'active';
  await until('systemd started it again', isBack);
  const hung = { isAnother: (await property(agent, 'MainPID')) !== pid };
  const memory = Number(await property(agent, 'MemoryPeak')) || Number(await property(agent, 'MemoryCurrent'));
  await run('systemctl', 'stop', agent);
  return {
    restrictions,
    failed: findings.filter(({ status }) => status === 'fail'),
    passed: findings.filter(({ status }) => status === 'pass').length,
    processes,
    metrics: metrics.length,
    reloaded,
    hung,
    memory,
    stopped: await property(agent, 'Result'),
    history: (await readFile('/var/lib/tidb-mtls-agent/history.jsonl', 'utf8')).trim().split('\n').length,
    changeLog: await run('journalctl', '-u', agent, '-o', 'cat'),
  };
}

/** A port below 1024 that systemd opens, for a service that has no right to. */
async function proxyReport() {
  const target = createServer((socket) => socket.end('behind the proxy'));
  await new Promise<void>((resolve) => target.listen(7000, '127.0.0.1', resolve));
  const agent = cluster.files('tidb');
  await writeFile(
    '/etc/tidb-mtls-agent/proxy.toml',
    `[[proxy]]
name = "tidb"
mode = "terminate"
listen = "systemd:tidb"
target = "127.0.0.1:7000"
ca-path = "${agent.ca}"
cert-path = "${agent.cert}"
key-path = "${agent.key}"
allow-cn = ["${componentCommonNames.tikv}"]
`,
  );
  await run('chgrp', 'tidb', '/etc/tidb-mtls-agent/proxy.toml');
  await run('systemctl', 'start', 'tidb-mtls-proxy.socket');
  const caller = cluster.files('tikv');
  const [ca, cert, key] = await Promise.all([agent.ca, caller.cert, caller.key].map((file) => readFile(file)));
  // The connection is what starts the service.
  const heard = await text(connect({ host: '127.0.0.1', port: 443, servername: 'localhost', ca, cert, key }));
  const proxied = { heard, restrictions: restrictionsOf(await property('tidb-mtls-proxy.service', 'MainPID')) };
  await run('systemctl', 'stop', 'tidb-mtls-proxy.socket', 'tidb-mtls-proxy.service');
  target.close();
  const stopped = await property('tidb-mtls-proxy.service', 'Result');
  const changeLog = await run('journalctl', '-u', 'tidb-mtls-proxy.service', '-o', 'cat');
  return { proxied: { ...proxied, stopped, changeLog } };
}

async function get(path: string): Promise<string> {
  return (await fetch(`http://127.0.0.1:10793${path}`)).text();
}
