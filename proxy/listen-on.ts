import cluster from 'node:cluster';
import { lstatSync, unlinkSync } from 'node:fs';
import { connect, type Server } from 'node:net';
import { formatProxyAddress, type ProxyAddress } from './address.js';

/** The first descriptor that systemd passes. */
const firstDescriptor = 3;

/**
 * Binds a server and resolves with the address in use. A stale Unix socket, which a crash leaves behind, is removed
 * first; one that systemd passed is left to systemd.
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
      // With workers the parent has removed it, and another worker may already listen there.
      if (cluster.isPrimary) {
        await removeStaleSocket(address);
      }
      return { path: address.path };
    case 'systemd':
      return { fd: descriptorOf(address.name) };
  }
}

/** The descriptor with this name in LISTEN_FDNAMES, or with this number, counted from 0. */
function descriptorOf(name: string, env = process.env): number {
  // A worker inherits the descriptors that systemd passed to its parent.
  const isOurs = [process.pid, process.ppid].map(String).includes(env.LISTEN_PID ?? '');
  const count = isOurs ? Number(env.LISTEN_FDS ?? 0) : 0;
  const names = (env.LISTEN_FDNAMES ?? '').split(':');
  const index = /^\d+$/.test(name) ? Number(name) : names.indexOf(name);
  if (index < 0 || index >= count) {
    throw new Error(`systemd passed no socket called ${name}; it passed ${count === 0 ? 'none' : names.join(', ')}`);
  }
  return firstDescriptor + index;
}

/** Removes a Unix socket on which no process listens. */
export async function removeStaleSocket(address: ProxyAddress): Promise<void> {
  if (address.kind !== 'unix') {
    return;
  }
  const { path } = address;
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() !== true) {
    return;
  }
  const refused = await new Promise<boolean>((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', (error) => resolve('code' in error && error.code === 'ECONNREFUSED'));
  });
  if (refused) {
    unlinkSync(path);
  }
}
