import cluster from 'node:cluster';
import { lstatSync, unlinkSync } from 'node:fs';
import { connect, type Server } from 'node:net';
import { formatProxyAddress, type ProxyAddress } from './address.js';

/** The first descriptor that systemd passes. */
const firstDescriptor = 3;

/**
 * Binds a server and resolves with the address in use. A Unix socket that nobody answers any more is taken away first,
 * as a crash leaves it; one that systemd passed is left to systemd.
 */
export async function listenOn(server: Server, address: ProxyAddress): Promise<string> {
  const options = await optionsFor(address);
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject);
    server.listen(options, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const bound = server.address();
  return address.kind === 'tcp' && typeof bound === 'object' && bound !== null
    ? formatProxyAddress({ ...address, port: bound.port })
    : formatProxyAddress(address);
}

async function optionsFor(address: ProxyAddress) {
  switch (address.kind) {
    case 'tcp':
      return { host: address.host, port: address.port };
    case 'unix':
      // The parent of several workers has done so, and may have one that listens already.
      if (cluster.isPrimary) {
        await removeStale(address);
      }
      return { path: address.path };
    case 'systemd':
      return { fd: descriptorOf(address.name) };
  }
}

/** By name in LISTEN_FDNAMES, or by number, counting from 0. */
function descriptorOf(name: string, env = process.env): number {
  // A worker shares what its parent was given.
  const isOurs = [process.pid, process.ppid].map(String).includes(env.LISTEN_PID ?? '');
  const count = isOurs ? Number(env.LISTEN_FDS ?? 0) : 0;
  const names = (env.LISTEN_FDNAMES ?? '').split(':');
  const index = /^\d+$/.test(name) ? Number(name) : names.indexOf(name);
  if (index < 0 || index >= count) {
    throw new Error(`systemd passed no socket called ${name}; it passed ${count === 0 ? 'none' : names.join(', ')}`);
  }
  return firstDescriptor + index;
}

/** Takes away a Unix socket that nobody answers any more. */
export async function removeStale(address: ProxyAddress): Promise<void> {
  if (address.kind !== 'unix') {
    return;
  }
  const { path } = address;
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() !== true) {
    return;
  }
  const rejected = await new Promise<boolean>((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', (error) => resolve('code' in error && error.code === 'ECONNREFUSED'));
  });
  if (rejected) {
    unlinkSync(path);
  }
}
