import { type BadKind, issueBad } from '../../../certs-dev/bad.js';
import { componentCommonNames } from '../../../certs-dev/names.js';
import type { CauseName } from '../../../checks/causes/cause.js';
import type { ComponentName, EndpointName } from '../../../cluster/components/profile.js';
import { CredentialError, type CredentialErrorCode } from '../../../credentials/error.js';
import { day, now } from '../evidence.js';
import { changed, clusterCa, configured, type Model, type ModelMember, pairOf, type Switch } from '../model-cluster.js';

/** One fault of a cluster in memory, its cause, and what its first fixes say. */
export interface Fault {
  readonly name: string;
  readonly cause: CauseName;
  readonly fix: RegExp;
  readonly apply: (model: Model) => Model | Promise<Model>;
}

/** Certificates of a year, so that their lifetime is no fault of its own. */
export function issued(name: keyof typeof componentCommonNames, kind: BadKind) {
  const at = (days: number) => new Date(now.getTime() + days * day);
  const validity = { expired: [-300, -1], notYetValid: [1, 300] } as const;
  const [from, until] = kind === 'expired' || kind === 'notYetValid' ? validity[kind] : ([-1, 300] as const);
  const options = { notBefore: at(from), notAfter: at(until) };
  return kind === 'expired' || kind === 'notYetValid'
    ? pairOf(name, options)
    : issueBad(clusterCa, kind, {
        commonName: componentCommonNames[name],
        dns: ['localhost'],
        ip: ['127.0.0.1'],
        ...options,
      });
}

export const of = (component: ComponentName) => (model: Model) =>
  model.members.find((one) => one.component === component) as ModelMember;
export const nameOf = (model: Model, component: ComponentName) => of(component)(model).instance.name;

export function port(
  component: ComponentName,
  endpoint: EndpointName,
  how: Switch,
  cause: CauseName,
  fix: RegExp,
): Fault {
  return {
    name: `${component} ${endpoint}: ${how}`,
    cause,
    fix,
    apply: (model) => changed(model, component, { ports: { ...of(component)(model).ports, [endpoint]: how } }),
  };
}

export function file(component: ComponentName, kind: BadKind, cause: CauseName, fix: RegExp): Fault {
  return {
    name: `${component}: certificate ${kind}`,
    cause,
    fix,
    apply: async (model) => changed(model, component, { pair: await issued(component as 'tidb', kind) }),
  };
}

export function agentFile(kind: BadKind, cause: CauseName, fix: RegExp): Fault {
  return {
    name: `agent: certificate ${kind}`,
    cause,
    fix,
    apply: async (model) => ({
      ...model,
      agent: {
        ...model.agent,
        pair: await issued('agent', kind),
      },
    }),
  };
}

export function unreadable(
  component: ComponentName,
  which: 'ca' | 'crt' | 'key',
  code: CredentialErrorCode,
  fix: RegExp,
  cause: CauseName = 'file-unreadable',
): Fault {
  const path = `/tls/${component}.${which}`;
  const gone =
    which === 'ca'
      ? { ca: undefined }
      : which === 'crt'
        ? { chain: undefined, keyMatches: undefined }
        : { keyMatches: undefined };
  return {
    name: `${component}: ${which} ${code}`,
    cause,
    fix,
    apply: (model) =>
      changed(model, component, {
        facts: { ...gone, results: [], loadingFailures: [], errors: [new CredentialError(code, path)] },
      }),
  };
}

/** The port serves what another rotation left, and the file is good. */
export function stale(
  component: ComponentName,
  endpoint: EndpointName,
  cause: CauseName,
  fix: RegExp,
  notAfter: number,
): Fault {
  return {
    name: `${component} ${endpoint}: serves a former certificate until ${notAfter} days`,
    cause,
    fix,
    apply: async (model) => {
      const former = await pairOf(component as 'tidb', {
        notBefore: new Date(now.getTime() - 300 * day),
        notAfter: new Date(now.getTime() + notAfter * day),
      });
      return changed(model, component, { served: { [endpoint]: former } });
    },
  };
}

export function listed(
  name: string,
  component: ComponentName,
  list: readonly string[] | undefined,
  cause: CauseName,
  fix: RegExp,
  inForce: 'loaded' | 'file only' = 'loaded',
): Fault {
  return {
    name,
    cause,
    fix,
    apply: (model) => {
      const member = of(component)(model);
      const before = member.instance.security.allowedCommonNames?.value ?? [];
      return changed(model, component, {
        instance: configured(component, nameOf(model, component), list),
        ...(inForce === 'loaded' ? {} : { loadedList: before }),
      });
    },
  };
}

export const without = (component: ComponentName, missing: string) =>
  configuredList[component]?.filter((name) => name !== missing) ?? [];
export const configuredList: Readonly<Partial<Record<ComponentName, readonly string[]>>> = {
  tikv: ['TiDB-Server', 'PD-Server', 'TiKV-Server', 'TiCDC-Server', 'TiDB-mTLS-Agent'],
  tidb: ['TiDB-Server', 'PD-Server', 'TiDB-mTLS-Agent'],
  pd: ['TiDB-Server', 'PD-Server', 'TiKV-Server', 'TiCDC-Server', 'TiDB-mTLS-Agent'],
  ticdc: ['TiCDC-Server', 'TiDB-mTLS-Agent'],
};

export const restart = /^restart (tidb|pd|tikv|ticdc)/;
