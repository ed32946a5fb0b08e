import type { ComponentName } from '../components/profile.js';

export interface PodNames {
  readonly host: string;
  /** The version of tidb-operator, whose default ports are used. */
  readonly operator: 'v1' | 'v2';
}

/** The settings that tidb-operator derives from a pod's name, with its default ports. */
export function podSettings(
  component: ComponentName,
  { host, operator }: PodNames,
  tls: boolean,
): Readonly<Record<string, unknown>> {
  const scheme = tls ? 'https' : 'http';
  switch (component) {
    case 'tidb':
      return { 'advertise-address': host };
    case 'pd':
      return {
        'client-urls': `${scheme}://0.0.0.0:2379`,
        'advertise-client-urls': `${scheme}://${host}:2379`,
        'peer-urls': `${scheme}://0.0.0.0:2380`,
        'advertise-peer-urls': `${scheme}://${host}:2380`,
      };
    case 'tikv':
      return { 'server.advertise-addr': `${host}:20160`, 'server.advertise-status-addr': `${host}:20180` };
    case 'tiflash':
      return {
        'flash.service_addr': `${host}:3930`,
        'flash.proxy.advertise-addr': `${host}:20170`,
        'flash.proxy.advertise-status-addr': `${host}:20292`,
      };
    case 'ticdc':
      return { 'advertise-addr': `${host}:${operator === 'v1' ? 8301 : 8300}` };
    case 'tiproxy':
      return { 'api.addr': `${host}:3080` };
    default:
      return { 'advertise-listen-addr': `${scheme}://${host}:${component === 'router' ? 2379 : 3379}` };
  }
}
