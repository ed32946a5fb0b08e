import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Test } from 'tap';

const ip = '/usr/sbin/ip';

export interface FarSide {
  readonly host: string;
  /** Runs `ip` inside. */
  inside(...args: readonly string[]): void;
  /** Loses what comes back, a moment in four, until the function returned is called. */
  lose(): () => void;
  /** A Node script of this text inside; resolves with its first line. */
  run(script: string, env: Readonly<Record<string, string>>): Promise<string>;
}

/** A host of its own behind a link, as a network namespace; needs root, and is gone with the test. */
export function farSide(t: Test): FarSide {
  const name = `mtls${process.pid}`;
  const near = `n${process.pid}`;
  // 192.0.2.0/24 is nobody's (RFC 5737).
  const octet = 4 * (process.pid % 60);
  const host = `192.0.2.${octet + 2}`;
  const run = (...args: readonly string[]) => execFileSync(ip, args, { stdio: 'pipe' });
  run('netns', 'add', name);
  t.teardown(() => run('netns', 'del', name));
  run('link', 'add', near, 'type', 'veth', 'peer', 'name', 'far', 'netns', name);
  run('address', 'add', `192.0.2.${octet + 1}/30`, 'dev', near);
  run('link', 'set', near, 'up');
  const inside = (...args: readonly string[]) => run('-n', name, ...args);
  inside('address', 'add', `${host}/30`, 'dev', 'far');
  inside('link', 'set', 'far', 'up');
  return {
    host,
    inside: (...args) => void inside(...args),
    lose: () => {
      const hole = ['blackhole', `192.0.2.${octet + 1}/32`];
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
