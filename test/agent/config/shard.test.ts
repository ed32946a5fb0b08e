import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { targetsOf } from '../../../agent/collect/targets.js';
import { readAgentConfig } from '../../../agent/config/load.js';
import { shardFormat, shardOf } from '../../../agent/config/shard.js';
import { buildInventory } from '../../../cluster/inventory/builder.js';
import type { Instance, Inventory } from '../../../cluster/inventory/inventory.js';
import { devCluster } from '../../support/dev-cluster.js';
import { runAgent } from '../../support/run-agent.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const origin = { kind: 'flag', name: '--instance' } as const;

/** So many TiKV and TiDB, each on a host of its own. */
function clusterOf(nodes: number): Inventory {
  return buildInventory({
    instances: Array.from({ length: nodes }, (_, index) => `10.${index >> 8}.${index & 255}`).flatMap((net) => [
      {
        component: 'tikv' as const,
        address: `${net}.1:20160`,
        addresses: { status: `${net}.1:20180` },
        origin,
      },
      { component: 'tidb' as const, address: `${net}.2:10080`, origin },
    ]),
  });
}

function portsOf({ instances }: Inventory): readonly string[] {
  return instances.flatMap(({ endpoints }) => endpoints.map(({ host, port }) => `${host}:${port}`));
}

function shards(inventory: Inventory, count: number): readonly (readonly string[])[] {
  return Array.from({ length: count }, (_, index) => portsOf(shardOf(inventory, { index, count })));
}

t.test('shards together are everything, and no two have a port in common', async (t) => {
  const inventory = clusterOf(40);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), (count) => {
      const parts = shards(inventory, count).flat();
      return parts.length === 120 && new Set(parts).size === 120;
    }),
  );
  t.strictSame(shards(inventory, 1)[0], portsOf(inventory), 'one shard is all');
});

t.test('shards are even, and one more takes its share from each and moves nothing else', async (t) => {
  const inventory = clusterOf(1_000);
  const owner = (count: number) =>
    new Map(shards(inventory, count).flatMap((ports, index) => ports.map((port) => [port, index] as const)));
  for (const count of [2, 3, 7, 16]) {
    const sizes = shards(inventory, count).map((ports) => ports.length);
    const fair = 3_000 / count;
    t.ok(
      sizes.every((size) => Math.abs(size - fair) < 5 * Math.sqrt(fair)),
      `${count} shards: ${sizes.join(', ')}`,
    );
    const [before, after] = [owner(count), owner(count + 1)];
    const moved = [...before].filter(([port, index]) => after.get(port) !== index);
    t.ok(
      moved.every(([port]) => after.get(port) === count),
      'what moves goes to the new one',
    );
    t.ok(Math.abs(moved.length - 3_000 / (count + 1)) < 5 * Math.sqrt(fair), `${moved.length} of 3000 move`);
  }
});

t.test('which shard a port is in stays the same: agents of two versions must not both leave it out', async (t) => {
  const instances = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4', 'tikv.example', 'tikv-1.peer.svc'].map((host) => ({
    component: 'tikv' as const,
    address: `${host}:20160`,
    origin,
  }));
  t.strictSame(shards(buildInventory({ instances }), 3), [
    ['10.0.0.2:20160'],
    ['10.0.0.1:20160', '10.0.0.4:20160'],
    ['10.0.0.3:20160', 'tikv.example:20160', 'tikv-1.peer.svc:20160'],
  ]);
});

t.test(
  'a node samples the ports it calls on other nodes: the same ones each time, all of them over all nodes',
  async (t) => {
    const inventory = clusterOf(100);
    const seenFrom = (node: number, peers: number) =>
      targetsOf(
        {
          ...inventory,
          instances: inventory.instances.map((one, index): Instance => ({ ...one, local: index >> 1 === node })),
        },
        { scope: 'node', peers },
      )
        .filter(({ instance }) => !instance.local)
        .map(({ instance, endpoint }) => `${instance.component}/${endpoint.name} ${endpoint.host}`);
    t.equal(seenFrom(0, 1_000).length, 99 * 3, 'both ports of every other TiKV, and TiDB');
    const sample = seenFrom(0, 8);
    t.equal(sample.length, 8 * 3);
    t.strictSame(seenFrom(0, 8), sample);
    const negativeProbes = new Map<string, number>();
    for (let node = 0; node < 100; node++) {
      for (const port of seenFrom(node, 8)) {
        negativeProbes.set(port, (negativeProbes.get(port) ?? 0) + 1);
      }
    }
    t.equal(negativeProbes.size, 300, 'no port is left out');
    t.ok(
      Math.max(...negativeProbes.values()) < 8 + 5 * Math.sqrt(8),
      `at most ${Math.max(...negativeProbes.values())} negative probes`,
    );
  },
);

t.test('--shard: the parts of a check are the whole check', async (t) => {
  const cluster = await devCluster(t);
  const places = async (...flags: readonly string[]) => {
    const { status, stdout } = await runAgent('check', '--config', cluster.agentConfig, '--json', '--all', ...flags);
    t.equal(status, 0, flags.join(' '));
    const { findings } = JSON.parse(stdout) as { findings: readonly Record<string, string>[] };
    return findings
      .filter(({ check, endpoint }) => check === 'endpoint-answers' && endpoint !== undefined)
      .map(({ component, endpoint, status: found }) => `${component} ${endpoint} ${found}`);
  };
  const whole = await places();
  const parts = [await places('--shard', '0/2'), await places('--shard', '1/2')];
  t.ok(parts.every((part) => part.length > 0 && part.length < whole.length));
  t.strictSame([...parts.flat()].sort(), [...whole].sort());
  t.match(await runAgent('check', '--config', cluster.agentConfig, '--shard', '2/2'), {
    status: 2,
    stderr: /--shard is "2\/2", not I\/N with I below N\n {4}write the part and how many there are, counting from 0/,
  });
  t.match(await runAgent('run', '--config', cluster.agentConfig, '--shard', '0/2'), {
    status: 2,
    stderr: /--shard divides the ports of a whole cluster\n {4}set scope = "cluster", too/,
  });
});

t.test('shard in agent.toml', async (t) => {
  const file = join(temporaryDirectory(t), 'agent.toml');
  const read = (text: string) => {
    writeFileSync(file, text);
    return readAgentConfig(file).shard;
  };
  t.strictSame(read('scope = "cluster"\nshard = "1/3"\n'), { index: 1, count: 3 });
  t.throws(() => read('scope = "cluster"\nshard = "3/3"\n'), {
    message: `${file}:2:9: shard is "3/3", not I/N with I below N`,
  });
  t.throws(() => read('shard = "1/3"\n'), { message: `${file}:1:9: shard divides the ports of a whole cluster` });
  for (const text of ['', '1', '1/0', '0/0', '-1/2', '1/2/3', 'a/b']) {
    t.equal(shardFormat.parse(text), undefined, text);
  }
});
