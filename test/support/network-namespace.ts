import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Test } from 'tap';

const ip = '/usr/sbin/ip';

export interface FarSide {
  readonly host: string;
  /** Runs `ip` inside. */
  inside(...args: readonly string[]): void;
  /** Loses what comes back, a quarter of the time, until the function returned is called. */
  lose(): () => void;
  /** A Node script of this text inside; resolves with its first line. */
  run(script: string, env: Readonly<Record<string, string>>): Promise<string>;
}

/** A host of its own behind a link, as a network namespace; needs root, and is gone with the test. */
export function farSide(t: Test): FarSide {
  const { name, gateway, host } = freeNetwork();
  t.teardown(() => run('netns', 'del', name));
  run('link', 'add', name, 'type', 'veth', 'peer', 'name', 'far', 'netns', name);
  run('address', 'add', `${gateway}/30`, 'dev', name);
  run('link', 'set', name, 'up');
  const inside = (...args: readonly string[]) => run('-n', name, ...args);
  inside('address', 'add', `${host}/30`, 'dev', 'far');
  inside('link', 'set', 'far', 'up');
  return {
    host,
    inside: (...args) => void inside(...args),
    lose: () => {
      const hole = ['blackhole', `${gateway}/32`];
      let beat = 0;
      let lost = false;
      const timer = setInterval(() => {
        const now = beat++ % 4 === 0;
        if (now !== lost) {
          inside('route', now ? 'add' : 'del', ...hole);
          lost = now;
        }
      }, 150);
      return () => {
        clearInterval(timer);
        if (lost) {
          inside('route', 'del', ...hole);
        }
      };
    },
    run: async (script, env) => {
      const args = ['netns', 'exec', name, process.execPath, '-e', script];
      const child = spawn(ip, args, { env: { ...process.env, NODE_OPTIONS: '', ...env } });
      t.teardown(() => child.kill('SIGKILL'));
      const [line] = await once(child.stdout, 'data');
      return String(line).trim();
    },
  };
}

function run(...args: readonly string[]): string {
  return execFileSync(ip, args, { stdio: 'pipe', encoding: 'utf8' });
}

/**
 * A namespace and two addresses that nothing else on this machine has: another run may hold some, or have left them
 * behind when it was killed, and 198.51.100.0/24 (RFC 5737) may be the network of the machine itself. The namespace is
 * named by its network, so that only one can make it.
 */
function freeNetwork(): { readonly name: string; readonly gateway: string; readonly host: string } {
  const networks = Array.from({ length: 64 }, (_, index) => ({
    name: `mtls-far-${index}`,
    gateway: `198.51.100.${4 * index + 1}`,
    host: `198.51.100.${4 * index + 2}`,
  }));
  const free = networks.find(({ name, host }) => !isOnLink(host) && tryRun('netns', 'add', name) !== undefined);
  if (free === undefined) {
    throw new Error('every network for tests is in use: see `ip netns list`');
  }
  return free;
}

/** Whether a host is this machine or reached without a gateway. */
function isOnLink(host: string): boolean {
  const answer = tryRun('-json', 'route', 'get', host);
  return answer !== undefined && JSON.parse(answer)[0].gateway === undefined;
}

/** What it prints; nothing where it fails. */
function tryRun(...args: readonly string[]): string | undefined {
  try {
    return run(...args);
  } catch {
    return undefined;
  }
}
