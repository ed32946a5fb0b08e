import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { createSecureContext } from 'node:tls';
import pLimit from 'p-limit';
import type { Identity } from '../probes/prober.js';
import { probeTls } from '../probes/tls-probe.js';

/**
 * The TLS prober in a loop, by whatever Node is to be measured: ca, cert and key as arguments,
 * `{"ports":[…],"probes":n,"concurrency":n}` on standard input; prints `{"cpu":seconds,"accepted":n}`.
 */
const [ca, cert, key] = process.argv.slice(2).map((file) => readFileSync(file));
const { ports, probes, concurrency } = JSON.parse(await text(process.stdin));

const secureContext = createSecureContext({ ...{ ca, cert, key }, minVersion: 'TLSv1.2' });
const identity: Identity = { name: 'agent', secureContext };
const limit = pLimit(concurrency);

async function accepted(index: number): Promise<boolean> {
  // Offered h2 the server speaks first, which is what tells acceptance.
  const target = { host: '127.0.0.1', port: ports[index % ports.length], alpn: ['h2'] };
  return (await probeTls(target, identity, { timeout: 5_000 })).outcome === 'accepted';
}

async function negativeProbe(count: number): Promise<number> {
  const answers = await Promise.all(Array.from({ length: count }, (_, index) => limit(() => accepted(index))));
  return answers.filter((one) => one).length;
}

await negativeProbe(200);
const before = process.cpuUsage();
const count = await negativeProbe(probes);
const { user, system } = process.cpuUsage(before);
process.stdout.write(`${JSON.stringify({ cpu: (user + system) / 1e6, accepted: count })}\n`);
