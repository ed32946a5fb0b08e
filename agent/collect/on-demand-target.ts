import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { type Address, formatAddress } from '../../cluster/inventory/address.js';
import { errorCode } from '../../credentials/error-text.js';
import type { ProbeRejectionReason } from '../../metrics/reasons.js';
import type { Identity } from '../../probes/prober.js';
import { coversAddress, coversName, isSpecialAddress } from '../config/target-rules.js';
import type { Collector } from './collector.js';
import type { Target } from './targets.js';

export interface ProbeRejection {
  readonly status: 400 | 403 | 503;
  readonly reason: ProbeRejectionReason;
  readonly rejected: string;
}

/** Where `/probe` connects to, and with which identity. */
export interface Accepted {
  readonly host: string;
  readonly serverName?: string;
  readonly identity: Identity;
  /** The port of the inventory; undefined for any other. */
  readonly known?: Target;
}

/** Decides whether `/probe` may connect to this address: one of the inventory, or one that the rules of `[probe]` cover. */
export async function accept(collector: Collector, address: Address): Promise<Accepted | ProbeRejection> {
  const agent = collector.identities.agent();
  const known = collector.find(address);
  const { allowTargets, identityTargets } = collector.config.probe;
  if (known === undefined) {
    const rules = [...allowTargets, ...identityTargets];
    const resolved = await resolve(rules, address);
    if ('rejected' in resolved) {
      return resolved;
    }
    const covers = isIP(address.host) === 0 ? coversName : coversAddress;
    if (!covers(identityTargets, address.host, address.port)) {
      return { ...resolved, identity: collector.identities.anonymousClient() };
    }
    return agent === undefined ? noIdentity : { ...resolved, identity: agent };
  }
  return agent === undefined ? noIdentity : { host: known.endpoint.host, identity: agent, known };
}

/**
 * The address to connect to. Only a name that a rule spells out is resolved, and once: the address that the rules were
 * applied to is the one connected to, so that a second DNS answer cannot lead elsewhere.
 */
async function resolve(
  rules: Parameters<typeof coversName>[0],
  { host, port }: Address,
): Promise<Omit<Accepted, 'identity'> | ProbeRejection> {
  const target = formatAddress({ host, port });
  if (isIP(host) !== 0) {
    return coversAddress(rules, host, port) ? { host } : notAllowed(target);
  }
  if (!coversName(rules, host, port)) {
    return notAllowed(target);
  }
  let found: string;
  try {
    found = (await lookup(host)).address;
  } catch (error: unknown) {
    return reject(503, 'unresolved', `target ${target} cannot be resolved: ${errorCode(error) || 'no answer'}`);
  }
  if (isSpecialAddress(found) && !coversAddress(rules, found, port)) {
    const words = `resolves to ${found}, an address of this machine or its link; allow that address itself if it is meant`;
    return reject(403, 'resolved-elsewhere', `target ${target} ${words}`);
  }
  return { host: found, serverName: host };
}

function notAllowed(target: string): ProbeRejection {
  const remediation = 'add it as an [[instance]], or to allow-targets of [probe]';
  return reject(403, 'not-allowed', `target ${target} is not in the inventory; ${remediation}`);
}

export function reject(
  status: ProbeRejection['status'],
  reason: ProbeRejectionReason,
  rejected: string,
): ProbeRejection {
  return { status, reason, rejected };
}

const noIdentity = reject(503, 'no-identity', 'the agent has no usable identity; see the check agent-certificate');
