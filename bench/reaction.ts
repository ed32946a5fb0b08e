import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type TLSSocket, connect as tlsConnect } from 'node:tls';
import { peerCertificate } from '../credentials/peer-certificate.js';
import { readCertificate } from '../credentials/read-certificate.js';
import { type AgentUnderLoad, startAgent, sumOf } from './agent.js';
import { type BenchFiles, writeCredentials } from './credentials.js';
import { bestNode } from './nodes.js';
import { table, writeSection } from './page.js';
import { ended, freePort, median } from './process.js';
import { short } from './short.js';
import { type PairOnDisk, ways } from './swaps.js';
import { tidbStatus } from './tidb-status.js';

/** From the swap of a pair to its use on the next connection, and to the metric that tells of it. */
const swaps = { events: short ? 2 : 20, sweep: short ? 1 : 12 };
/** Milliseconds between two sweeps of the agent. */
const sweep = 10_000;

/** A user namespace has limits of its own: in it the agent gets no inotify watch, and no other process is short of them. */
const withoutEvents = [
  ...['unshare', '--user', '--map-root-user', '/bin/sh', '-c'],
  'echo 0 >/proc/sys/user/max_inotify_watches; exec "$@"',
  'sh',
];

interface Reaction {
  /** Milliseconds to each next connection that presented the new pair. */
  readonly presented: readonly number[];
  readonly connections: number;
  /** Milliseconds to the metric. */
  readonly reported: readonly number[];
}

/** A port that notes whose certificate came. */
async function startNotingPort({ ca, cert, key }: BenchFiles) {
  const [caPem, certPem, keyPem] = [ca, cert, key].map((file) => readFileSync(file));
  const seen: string[] = [];
  const server = createServer({ ca: caPem, cert: certPem, key: keyPem, requestCert: true }, (_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(tidbStatus);
  });
  server.on('secureConnection', (socket: TLSSocket) => seen.push(fingerprintOf(socket)));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { server, seen, port: (server.address() as AddressInfo).port };
}

function fingerprintOf(socket: TLSSocket): string {
  return peerCertificate(socket)?.fingerprint ?? '';
}

/** What a listener serves now. */
async function served(port: number, files: BenchFiles): Promise<string> {
  const [ca, cert, key] = [files.ca, files.clientCert, files.clientKey].map((file) => readFileSync(file));
  const socket = tlsConnect({ host: '127.0.0.1', port, ...{ ca, cert, key } });
  await once(socket, 'secureConnect');
  const fingerprint = fingerprintOf(socket);
  socket.destroy();
  return fingerprint;
}

/** An agent whose own certificate, and that of its proxy listener, is replaced again and again in one way. */
async function measure(files: BenchFiles, pair: PairOnDisk, by: 'events' | 'sweep', core: 0 | 1): Promise<Reaction> {
  const issue = () => files.authority.issue({ commonName: 'client', dns: ['localhost'], ip: ['127.0.0.1'] });
  pair.replace(await issue());
  const noting = await startNotingPort(files);
  const listen = await freePort();
  const proxy = `[[proxy]]\nmode = "terminate"\nlisten = "127.0.0.1:${listen}"\ntarget = "127.0.0.1:${noting.port}"\nca-path = "${files.ca}"\ncert-path = "${pair.cert}"\nkey-path = "${pair.key}"\nallow-cn = ["client"]\n`;
  const agent = await startAgent(
    { ...files, clientCert: pair.cert, clientKey: pair.key },
    {
      ...{ node: bestNode.program, component: 'tidb', ports: [noting.port], interval: '1h', more: proxy, core },
      before: by === 'sweep' ? withoutEvents : [],
    },
  );
  await agent.ready();
  if (sumOf(await agent.metrics(), 'tidb_mtls_file_events_watched') !== (by === 'events' ? 1 : 0)) {
    throw new Error(`this was to be seen by ${by}`);
  }
  const presented: number[] = [];
  const reported: number[] = [];
  for (let count = 0; count < swaps[by]; count++) {
    if (by === 'sweep') {
      // Spread over the time between two sweeps: right after one it would always take longest.
      await pause(((count + 0.5) / swaps.sweep) * sweep);
    }
    const next = await issue();
    const { fingerprint } = readCertificate(next.certificatePem);
    const start = performance.now();
    pair.replace(next);
    const note = (yes: boolean) => presented.push(...(yes ? [performance.now() - start] : []));
    note((await served(listen, files)) === fingerprint);
    noting.seen.length = 0;
    await probeNow(agent, noting.port);
    note(noting.seen[0] === fingerprint);
    while (!(await agent.metrics()).includes(`fingerprint="${fingerprint}"`)) {
      await pause(by === 'sweep' ? 50 : 5);
    }
    reported.push(performance.now() - start);
  }
  await ended(agent.child);
  noting.server.close();
  noting.server.closeAllConnections();
  return { presented, connections: 2 * swaps[by], reported };
}

async function probeNow({ url }: AgentUnderLoad, port: number): Promise<void> {
  const answer = await (await fetch(`${url}/probe?module=tidb_status&target=127.0.0.1:${port}`)).text();
  if (!/^probe_success 1$/m.test(answer)) {
    throw new Error(`the port was not reached: ${answer}`);
  }
}

async function main(): Promise<void> {
  const files = await writeCredentials();
  const folder = () => mkdtempSync(join(files.directory, 'pair-'));
  const byEvents: Reaction[] = [];
  for (const pairIn of Object.values(ways)) {
    byEvents.push(await measure(files, pairIn(folder()), 'events', 0));
  }
  // All at once: each waits for its own agent's sweep nearly all of the time.
  const bySweep = await Promise.all(
    Object.values(ways).map((pairIn, at) => measure(files, pairIn(folder()), 'sweep', at % 2 === 0 ? 0 : 1)),
  );
  rmSync(files.directory, { recursive: true, force: true });
  writeSection('Reaction', render(byEvents, bySweep));
}

function render(byEvents: readonly Reaction[], bySweep: readonly Reaction[]): string {
  const rows = Object.keys(ways).map((way, at) => {
    const [events, swept] = [byEvents[at], bySweep[at]];
    const presented = [...(events?.presented ?? []), ...(swept?.presented ?? [])];
    const connections = (events?.connections ?? 0) + (swept?.connections ?? 0);
    const times = (values: readonly number[] = [], unit = 1) =>
      [median(values), Math.max(...values)].map((value) => (value / unit).toFixed(unit === 1 ? 0 : 1));
    return [way, `${presented.length} of ${connections}`, ...times(events?.reported), ...times(swept?.reported, 1_000)];
  });
  const head = ['way', 'next connections', 'by events: median, ms', 'worst, ms', 'by the sweep: median, s', 'worst, s'];
  return `The agent's own certificate, which its proxy listener serves, too, is swapped ${swaps.events} times with file events and ${swaps.sweep} times
without, the key first. Counted: of the very next connection to the listener and the very next probe, how many presented
the new pair. Timed: from the swap to \`/metrics\` with the new certificate; ${bestNode.name}.

${table(head, rows)}

Without file events means an agent in a user namespace that allows no inotify watch, so that its sweep every ${sweep / 1_000} s is
all it has; the swaps are spread over that time.
`;
}

await main();
