import { parse } from 'lossless-json';
import type { HttpAnswerKind } from '../cluster/components/profile.js';

/** The decoded body of a component's HTTP answer, reduced to what is used. 64-bit ids stay decimal strings. */
export type HttpAnswer =
  | { readonly kind: 'tidb-status'; readonly version: string }
  | {
      readonly kind: 'pd-members';
      readonly clusterId: string;
      readonly members: readonly HttpPdMember[];
      readonly leader: string | undefined;
    }
  | { readonly kind: 'pd-health'; readonly members: readonly HttpPdHealth[] }
  | {
      readonly kind: 'pd-stores';
      /** `Up`, `Offline`, `Disconnected`, `Down`, as PD calls it. */
      readonly stores: readonly { readonly address: string; readonly state: string }[];
    }
  /** PD's answer for its stores before the first TiKV started. */
  | { readonly kind: 'pd-not-bootstrapped' }
  | { readonly kind: 'etcd-health'; readonly healthy: boolean }
  | { readonly kind: 'ticdc-status'; readonly version: string; readonly isOwner: boolean };

export interface HttpPdHealth {
  readonly name: string;
  readonly clientUrls: readonly string[];
  readonly healthy: boolean;
}

export interface HttpPdMember {
  readonly name: string;
  readonly memberId: string;
  readonly peerUrls: readonly string[];
  readonly clientUrls: readonly string[];
}

/**
 * Decodes the body of an answer; undefined when it has another shape. Sources: the HTTP APIs of PD, TiDB, TiCDC and etcd.
 */
export function decodeHttpAnswer(kind: HttpAnswerKind, body: string): HttpAnswer | undefined {
  let value: unknown;
  try {
    // As numbers, ids above 2^53 would lose their last digits.
    value = parse(body, undefined, (text) => (Number.isSafeInteger(Number(text)) ? Number(text) : text));
  } catch (error: unknown) {
    if (error instanceof SyntaxError || error instanceof TypeError) {
      return undefined;
    }
    throw error;
  }
  switch (kind) {
    case 'tidb-status':
      return isRecord(value) && typeof value.version === 'string' ? { kind, version: value.version } : undefined;
    case 'pd-members':
      return isRecord(value) && Array.isArray(value.members) ? pdMembers(value, value.members) : undefined;
    case 'pd-health':
      return Array.isArray(value) && value.every(isRecord) ? { kind, members: value.map(pdHealth) } : undefined;
    case 'pd-stores':
      return isRecord(value) && Array.isArray(value.stores)
        ? { kind, stores: value.stores.filter(isRecord).map(pdStore) }
        : undefined;
    case 'etcd-health':
      return isRecord(value) && 'health' in value ? { kind, healthy: String(value.health) === 'true' } : undefined;
    case 'ticdc-status':
      return isRecord(value) && typeof value.version === 'string' && 'is_owner' in value
        ? { kind, version: value.version, isOwner: value.is_owner === true }
        : undefined;
  }
}

function pdHealth(member: Readonly<Record<string, unknown>>): HttpPdHealth {
  return { name: String(member.name), clientUrls: strings(member.client_urls), healthy: member.health === true };
}

function pdStore({ store }: Readonly<Record<string, unknown>>) {
  return isRecord(store)
    ? { address: String(store.address ?? ''), state: String(store.state_name ?? '') }
    : { address: '', state: '' };
}

function pdMembers(value: Readonly<Record<string, unknown>>, members: readonly unknown[]): HttpAnswer {
  const { header, leader } = value;
  return {
    kind: 'pd-members',
    clusterId: isRecord(header) ? String(header.cluster_id) : '0',
    members: members.filter(isRecord).map((member) => ({
      name: String(member.name ?? ''),
      memberId: String(member.member_id ?? 0),
      peerUrls: strings(member.peer_urls),
      clientUrls: strings(member.client_urls),
    })),
    leader: isRecord(leader) && typeof leader.name === 'string' ? leader.name : undefined,
  };
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
