import { hostname, networkInterfaces } from 'node:os';

/** Whether a host name or address of a topology means this machine; `host` is the name that agent.toml gives it. */
export function isThisHost(name: string, host: string | undefined): boolean {
  const addresses = Object.values(networkInterfaces()).flatMap((found) => (found ?? []).map(({ address }) => address));
  return name === host || /^(localhost|::1|127\.[\d.]+)$/.test(name) || [hostname(), ...addresses].includes(name);
}
