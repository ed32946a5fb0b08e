import { resolve, sep } from 'node:path';
import { errorCode } from '../../credentials/error-text.js';
import { readCredentialFile } from '../../credentials/file.js';
import { splitCertificates } from '../../credentials/pem.js';
import type { ComponentName } from '../components/profile.js';
import { profiles } from '../components/profiles.js';
import type { Problem } from '../documents/origin.js';
import { Values } from '../documents/values.js';
import { dialable, formatAddress, parseAddress } from '../inventory/address.js';
import { instanceOf } from '../inventory/component-config.js';
import type { Described } from '../inventory/described.js';

/** What shows that a process is one of this cluster. */
export interface ClusterAnchors {
  /** URLs or addresses of its PDs. */
  readonly pd: readonly string[];
  /** Deploy directories and files of its components. */
  readonly directories: readonly string[];
  /** The CA file of the agent, which distinguishes clusters where nothing else does. */
  readonly ca: string | undefined;
}

/** The keys of a component that name PDs. */
const pdKeys: Readonly<Partial<Record<ComponentName, readonly string[]>>> = {
  pd: ['advertise-client-urls', 'advertise-peer-urls', 'initial-cluster', 'join'],
  tidb: ['path'],
  tikv: ['pd.endpoints'],
  tiflash: ['raft.pd_addr'],
  ticdc: ['pd'],
  tiproxy: ['proxy.pd-addrs'],
};

/**
 * The processes of this cluster: those below its directories, and those that share a PD with it or with each other. Another
 * cluster's processes on the same host are left out with a note. Without any anchor all are taken if they are of one cluster,
 * and those whose CA is the agent's if they are of several.
 */
export function ownProcesses(
  processes: readonly Described[],
  anchors: ClusterAnchors,
  problems: Problem[],
): readonly Described[] {
  const groups = groupsOf(processes);
  const known = new Set(anchors.pd.flatMap(addressesIn));
  const isAnchored = ({ members, addresses }: Group) =>
    [...addresses].some((address) => known.has(address)) || members.some((one) => isBelow(one, anchors.directories));
  const anchored = groups.filter(isAnchored);
  const chosen = anchored.length > 0 ? anchored : isAnchoring(anchors) ? [] : byCa(groups, anchors.ca);
  const left = groups.filter((group) => !chosen.includes(group)).flatMap(({ members }) => members);
  const [first] = left;
  if (first !== undefined) {
    problems.push(leftOut(left, first, chosen.length > 0 || isAnchoring(anchors)));
  }
  return processes.filter((one) => chosen.some(({ members }) => members.includes(one)));
}

function isAnchoring({ pd, directories }: ClusterAnchors): boolean {
  return pd.length > 0 || directories.length > 0;
}

interface Group {
  readonly members: readonly Described[];
  readonly addresses: ReadonlySet<string>;
}

/** Processes that name one PD, directly or by way of other processes, are of one cluster. */
function groupsOf(processes: readonly Described[]): readonly Group[] {
  let groups: readonly Group[] = [];
  for (const process of processes) {
    const addresses = pdsOf(process);
    const same = groups.filter((group) => addresses.some((address) => group.addresses.has(address)));
    const joined = {
      members: [...same.flatMap(({ members }) => members), process],
      addresses: new Set([...same.flatMap((group) => [...group.addresses]), ...addresses]),
    };
    groups = [...groups.filter((group) => !same.includes(group)), joined];
  }
  return groups;
}

/** The addresses of PD that a process names; those of a PD include its own. */
function pdsOf(described: Described): readonly string[] {
  const { component, document } = described;
  const texts = (pdKeys[component] ?? ['backend-endpoints']).flatMap((key) => {
    const value = document.get(key)?.value;
    return Array.isArray(value) ? value.map(String) : typeof value === 'string' ? [value] : [];
  });
  const own = component === 'pd' ? (instanceOf(described, [])?.endpoints ?? []).map(formatAddress) : [];
  return [...own, ...texts].flatMap(addressesIn);
}

/** The addresses of a list, as `pd-1=https://10.0.1.1:2380,pd-2=…`; one of a listener on all hosts says nothing. */
function addressesIn(list: string): readonly string[] {
  return list.split(',').flatMap((text) => {
    const address = parseAddress(text.trim().replace(/^[^=/]+=/, ''));
    return address === undefined || dialable(address.host) !== address.host
      ? []
      : [formatAddress({ ...address, host: address.host === 'localhost' ? '127.0.0.1' : address.host })];
  });
}

function isBelow({ document }: Described, directories: readonly string[]): boolean {
  const places = [document.directory, document.file].flatMap((one) => (one === undefined ? [] : [resolve(one)]));
  return directories
    .map((one) => resolve(one))
    .some((directory) => places.some((place) => place === directory || place.startsWith(`${directory}${sep}`)));
}

function byCa(groups: readonly Group[], ca: string | undefined): readonly Group[] {
  const trusted = new Set(ca === undefined ? [] : certificatesIn(ca));
  const same = groups.filter(({ members }) =>
    members.some(({ component, document }) => {
      const path = new Values(document, []).path(profiles[component].securityKeys.ca);
      return path !== undefined && certificatesIn(path.value).some((pem) => trusted.has(pem));
    }),
  );
  return groups.length === 1 ? groups : same;
}

function certificatesIn(file: string): readonly string[] {
  try {
    return splitCertificates(readCredentialFile(file).bytes.toString('latin1')).map((pem) => pem.replace(/\s/g, ''));
  } catch (error: unknown) {
    if (errorCode(error) !== '') {
      return [];
    }
    throw error;
  }
}

function leftOut(left: readonly Described[], { origin }: Described, isKnown: boolean): Problem {
  const names = left.map((one) => `${one.component} ${one.origin.kind === 'process' ? one.origin.pid : ''}`.trim());
  return isKnown
    ? {
        code: 'other-cluster',
        severity: 'note',
        origin,
        message: `processes that name no PD of this cluster were left out: ${names.join(', ')}`,
        remediation: 'if one of them is of this cluster, name its PD in pd, or its deploy directory by configs',
      }
    : {
        code: 'several-clusters',
        severity: 'warn',
        origin,
        message: `processes of several clusters run here, and nothing says which cluster is meant: ${names.join(', ')}`,
        remediation: 'name its PD in pd, its topology, or its deploy directories by configs',
      };
}
