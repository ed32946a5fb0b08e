import { Authority } from '../../certs-dev/authority.js';
import { type BadKind, issueBad } from '../../certs-dev/bad.js';
import { componentCommonNames } from '../../certs-dev/names.js';
import type { CauseName } from '../../checks/causes/cause.js';
import { credentialKey } from '../../checks/check.js';
import type { ComponentName, EndpointName } from '../../cluster/components/profile.js';
import { CredentialError, type CredentialErrorCode } from '../../credentials/error.js';
import { day, now, observed } from './evidence.js';
import {
  changed,
  clusterCa,
  configured,
  type Model,
  type ModelMember,
  otherAuthority,
  pairOf,
  type Switch,
} from './model-cluster.js';

/** One fault of a cluster in memory, its cause, and what its first fixes say. */
export interface Fault {
  readonly name: string;
  readonly cause: CauseName;
  readonly fix: RegExp;
  readonly apply: (model: Model) => Model | Promise<Model>;
}

/** Certificates of a year, so that their lifetime is no fault of its own. */
function issued(name: keyof typeof componentCommonNames, kind: BadKind) {
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

const of = (component: ComponentName) => (model: Model) =>
  model.members.find((one) => one.component === component) as ModelMember;
const nameOf = (model: Model, component: ComponentName) => of(component)(model).instance.name;

function port(component: ComponentName, endpoint: EndpointName, how: Switch, cause: CauseName, fix: RegExp): Fault {
  return {
    name: `${component} ${endpoint}: ${how}`,
    cause,
    fix,
    apply: (model) => changed(model, component, { ports: { ...of(component)(model).ports, [endpoint]: how } }),
  };
}

function file(component: ComponentName, kind: BadKind, cause: CauseName, fix: RegExp): Fault {
  return {
    name: `${component}: certificate ${kind}`,
    cause,
    fix,
    apply: async (model) => changed(model, component, { pair: await issued(component as 'tidb', kind) }),
  };
}

function agentFile(kind: BadKind, cause: CauseName, fix: RegExp): Fault {
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

function unreadable(
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
function stale(
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

function listed(
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

const without = (component: ComponentName, missing: string) =>
  configuredList[component]?.filter((name) => name !== missing) ?? [];
const configuredList: Readonly<Partial<Record<ComponentName, readonly string[]>>> = {
  tikv: ['TiDB-Server', 'PD-Server', 'TiKV-Server', 'TiCDC-Server', 'TiDB-mTLS-Agent'],
  tidb: ['TiDB-Server', 'PD-Server', 'TiDB-mTLS-Agent'],
  pd: ['TiDB-Server', 'PD-Server', 'TiKV-Server', 'TiCDC-Server', 'TiDB-mTLS-Agent'],
  ticdc: ['TiCDC-Server', 'TiDB-mTLS-Agent'],
};

const restart = /^restart (tidb|pd|tikv|ticdc)/;

/** Faults of ports and of what processes hold. */
export const portFaults: readonly Fault[] = [
  port('tidb', 'status', 'down', 'component-down', /^start tidb/),
  port('ticdc', 'api', 'down', 'component-down', /^start ticdc/),
  port('tidb', 'status', 'silent', 'component-down', /hangs/),
  port('tikv', 'grpc', 'down', 'port-unreachable', /^compare the address 127\.0\.0\.1:30/),
  port('tikv', 'status', 'down', 'port-unreachable', /^compare the address/),
  port('pd', 'peer', 'down', 'port-unreachable', /^compare the address/),
  port('tikv', 'grpc', 'silent', 'port-unreachable', /listener hangs/),
  port('pd', 'client', 'silent', 'port-unreachable', /listener hangs/),
  port('tidb', 'status', 'plaintext', 'plaintext-port', restart),
  port('pd', 'client', 'plaintext', 'plaintext-port', restart),
  port('tikv', 'status', 'plaintext', 'plaintext-port', restart),
  port('ticdc', 'api', 'plaintext-too', 'plaintext-port', restart),
  port('tikv', 'grpc', 'plaintext-too', 'plaintext-port', restart),
  port('tidb', 'status', 'other-program', 'another-program', /^find out what listens/),
  port('ticdc', 'api', 'other-program', 'another-program', /^find out what listens/),
  port('tidb', 'status', 'error', 'error-answer', /^read the log of tidb/),
  port('tikv', 'grpc', 'error', 'error-answer', /^read the log of tikv/),
  port('tidb', 'status', 'rejects-all', 'port-rejects-everyone', /.+/),
  port('tikv', 'grpc', 'rejects-all', 'port-rejects-everyone', /.+/),
  port('pd', 'client', 'rejects-all', 'port-rejects-everyone', /.+/),
  port('tidb', 'status', 'requests-none', 'port-open', restart),
  port('tikv', 'grpc', 'requests-none', 'port-open', restart),
  port('pd', 'client', 'verifies-none', 'port-open', restart),
  port('tikv', 'status', 'verifies-none', 'port-open', restart),
  port('tidb', 'status', 'ignores-names', 'port-open', restart),
  port('ticdc', 'api', 'ignores-names', 'port-open', restart),
  port('tikv', 'grpc', 'no-alpn', 'alpn-missing', /offer h2 by ALPN/),
  stale('tidb', 'status', 'served-certificate-expired', /reads its files at every handshake/, -3),
  stale('tikv', 'grpc', 'served-certificate-expired', /^touch \/.*tls\.crt$/, -3),
  stale('tikv', 'status', 'served-certificate-expired', /^touch /, -3),
  stale('tikv', 'grpc', 'rotation-not-picked-up', /^touch \/.*tls\.crt$/, 60),
  stale('tikv', 'status', 'rotation-not-picked-up', /^touch /, 60),
  stale('pd', 'client', 'rotation-not-picked-up', /reads its files at every handshake/, 60),
];

/** Faults of credential files. */
export const fileFaults: readonly Fault[] = [
  file(
    'tidb',
    'expired',
    'certificate-expired',
    /^issue the certificate again with the same Common Name, TiDB-Server,/,
  ),
  file('tikv', 'expired', 'certificate-expired', /^issue the certificate again/),
  file('pd', 'expired', 'certificate-expired', /^issue the certificate again/),
  file('tidb', 'notYetValid', 'certificate-not-yet-valid', /^compare the clock of this host/),
  file('tikv', 'notYetValid', 'certificate-not-yet-valid', /^compare the clock of this host/),
  file('tidb', 'serverAuthOnly', 'usage-missing', /extended key usages serverAuth and clientAuth/),
  file('tikv', 'clientAuthOnly', 'usage-missing', /extended key usages serverAuth and clientAuth/),
  file('pd', 'serverAuthOnly', 'usage-missing', /extended key usages/),
  file('tidb', 'noSan', 'names-missing', /with 127\.0\.0\.1 among its SANs/),
  file('tikv', 'otherHost', 'names-missing', /with 127\.0\.0\.1 among its SANs/),
  file('pd', 'otherHost', 'names-missing', /with 127\.0\.0\.1 among its SANs/),
  file('tidb', 'mismatchedKey', 'key-mismatch', /^install the key of this certificate/),
  file('tikv', 'mismatchedKey', 'key-mismatch', /^install the (key of this certificate|certificate of the new key)/),
  unreadable('tidb', 'crt', 'not_found', /check the path/),
  unreadable('tidb', 'key', 'bad_pem', /write the whole file again/),
  unreadable('tidb', 'ca', 'empty', /write the file again/),
  unreadable('pd', 'crt', 'no_certificate', /BEGIN CERTIFICATE/),
  unreadable('tikv', 'ca', 'not_found', /check the path/),
  unreadable('tikv', 'key', 'encrypted_key', /decrypt it/),
  unreadable('tikv', 'crt', 'not_pem', /^restore the last valid .* at once/),
  unreadable('tidb', 'key', 'permission_denied', /^run the agent as the user/, 'file-forbidden'),
  {
    name: 'tikv: certificate of another CA of the same name',
    cause: 'other-ca',
    fix: /from the CA of its CA file, CN=Cluster CA \(SHA-256/,
    apply: async (model) => changed(model, 'tikv', { pair: await pairOf('tikv', {}, otherAuthority) }),
  },
  {
    name: 'tidb: CA file of another CA of the same name, loaded',
    cause: 'other-ca',
    fix: /^add CN=Cluster CA \(SHA-256/,
    apply: (model) => changed(model, 'tidb', { ca: otherAuthority.certificatePem }),
  },
  {
    name: 'ticdc: certificate and CA file of another CA',
    cause: 'other-ca',
    fix: /^add CN=Cluster CA/,
    apply: async (model) =>
      changed(model, 'ticdc', { pair: await pairOf('ticdc', {}, otherAuthority), ca: otherAuthority.certificatePem }),
  },
  {
    name: 'agent: certificate and CA file of another CA',
    cause: 'other-ca',
    fix: /^add CN=Cluster CA/,
    apply: async (model) => ({
      ...model,
      agent: { pair: await pairOf('agent', {}, otherAuthority), ca: otherAuthority.certificatePem },
    }),
  },
  {
    name: 'tikv: the intermediate is missing, and pd has it',
    cause: 'intermediate-missing',
    fix: /^append CN=Issuing CA .* behind the leaf/,
    apply: async (model) => {
      const intermediate = await clusterCa.intermediate('Issuing CA');
      const [tikv, pd] = [await pairOf('tikv', {}, intermediate), await pairOf('pd', {}, intermediate)];
      const whole = { ...pd, certificatePem: pd.certificatePem + intermediate.certificatePem };
      return changed(changed(model, 'tikv', { pair: tikv }), 'pd', { pair: whole });
    },
  },
  {
    name: 'tidb: certificate expires in five days',
    cause: 'certificate-expiring',
    fix: /^issue the certificate again/,
    apply: async (model) =>
      changed(model, 'tidb', {
        pair: await pairOf('tidb', {
          notBefore: new Date(now.getTime() - 360 * day),
          notAfter: new Date(now.getTime() + 5 * day),
        }),
      }),
  },
  agentFile('expired', 'agent-certificate', /^issue the certificate again/),
  agentFile('serverAuthOnly', 'agent-certificate', /^issue the certificate again/),
  agentFile('mismatchedKey', 'agent-certificate', /install the key/),
];

const year = 365 * day;
const pastCa = Authority.create({
  commonName: 'Old CA',
  notBefore: new Date(now.getTime() - 3 * year),
  notAfter: new Date(now.getTime() - day),
});

/** Faults that show in what the agent remembers, in reports of others, or in CA files. */
export const otherFaults: readonly Fault[] = [
  {
    name: 'the CA of the whole cluster has expired',
    cause: 'ca-expired',
    fix: /^make a new CA, and add it beside the old one in every CA file/,
    apply: async (model) => {
      const ca = await pastCa;
      const members = await Promise.all(
        model.members.map(async (member) => ({
          ...member,
          ca: ca.certificatePem,
          pair: await pairOf(member.component as 'tidb', {}, ca),
        })),
      );
      return { ...model, members, agent: { pair: await pairOf('agent', {}, ca), ca: ca.certificatePem } };
    },
  },
  {
    name: 'an expired CA lies beside the new one in the CA file of tikv',
    cause: 'unused-certificate',
    fix: /^remove it from /,
    apply: async (model) => changed(model, 'tikv', { ca: clusterCa.certificatePem + (await pastCa).certificatePem }),
  },
  {
    name: 'the CA file of pd changed after its start',
    cause: 'ca-not-loaded',
    fix: /^restart pd once every peer trusts the new CA/,
    apply: (model) => {
      const before = new Date(now.getTime() - day);
      const baseline = { caDigest: 'another', since: before, processStart: before };
      return { ...model, more: { baselines: new Map([[credentialKey(of('pd')(model).instance), baseline]]) } };
    },
  },
  {
    name: 'pd reports that it does not reach tikv',
    cause: 'peers-apart',
    fix: /^read the logs of both/,
    apply: (model) => {
      const answer = { kind: 'pd-stores', stores: [{ address: '127.0.0.1:30', state: 'Disconnected' }] } as const;
      const report = observed(of('pd')(model).instance, 'client', {
        application: { protocol: 'http', status: 200, answer },
      });
      return { ...model, more: { peerReports: [report] } };
    },
  },
  {
    name: 'tidb accepts a resumed session without a certificate',
    cause: 'session-outlives-certificate',
    fix: /^after removing a caller, restart tidb/,
    apply: (model) => {
      const { instance, endpoint } = observed(of('tidb')(model).instance, 'status');
      const resumption = { at: now, outcome: 'kept', detail: 'it answered' } as const;
      return { ...model, more: { resumptions: [{ instance, endpoint, resumption }] } };
    },
  },
];

/** Faults of settings, lists and versions. */
export const settingFaults: readonly Fault[] = [
  listed(
    'the list of tikv lacks TiDB',
    'tikv',
    without('tikv', 'TiDB-Server'),
    'caller-not-listed',
    /^add "TiDB-Server" to the allow-list at \/conf\/tikv\.toml:12:1$/,
  ),
  listed(
    'the list of tikv lacks TiDB, from the next restart on',
    'tikv',
    without('tikv', 'TiDB-Server'),
    'caller-not-listed',
    /^add "TiDB-Server"/,
    'file only',
  ),
  listed('the list of tidb lacks PD', 'tidb', without('tidb', 'PD-Server'), 'caller-not-listed', /^add "PD-Server"/),
  listed('the list of pd lacks PD', 'pd', without('pd', 'PD-Server'), 'caller-not-listed', /^add "PD-Server"/),
  listed('the list of pd lacks TiCDC', 'pd', without('pd', 'TiCDC-Server'), 'caller-not-listed', /^add "TiCDC-Server"/),
  listed('the list of ticdc lacks the agent', 'ticdc', ['TiCDC-Server'], 'caller-not-listed', /^add "TiDB-mTLS-Agent"/),
  listed(
    'the list of tidb has TiCDC, which does not call',
    'tidb',
    [...without('tidb', ''), 'TiCDC-Server'],
    'unused-list-entry',
    /^remove "TiCDC-Server"/,
  ),
  listed(
    'tikv has no list in its file, and enforces one',
    'tikv',
    undefined,
    'list-not-in-file',
    /do not restart tikv/,
    'file only',
  ),
  listed(
    'tikv has no list',
    'tikv',
    undefined,
    'list-not-set',
    /^set security\.cert-allowed-cn to the Common Names of all its callers: .*"TiDB-Server"/,
  ),
  {
    name: 'tidb: the certificate has a Common Name of no list',
    cause: 'caller-not-listed',
    fix: /^issue the certificate of tidb with the Common Name that the lists hold/,
    apply: async (model) =>
      changed(model, 'tidb', {
        pair: await clusterCa.issue({ commonName: 'wrong', dns: ['localhost'], ip: ['127.0.0.1'] }),
      }),
  },
  {
    name: 'the running tikv compares another list than its file',
    cause: 'caller-rejected',
    fix: /holds the name, and the running tikv compares another: restart tikv/,
    apply: (model) => changed(model, 'tikv', { loadedList: without('tikv', 'TiCDC-Server') }),
  },
  {
    name: 'pd 8.1 with several names in its list',
    cause: 'version-limit',
    fix: /^do not restart pd/,
    apply: (model) => changed(model, 'pd', { instance: { ...of('pd')(model).instance, version: '8.1.0' } }),
  },
  {
    name: 'the whole cluster without TLS',
    cause: 'cluster-without-tls',
    fix: /^enable TLS for the whole cluster/,
    apply: (model) => ({
      ...model,
      members: model.members.map((member) => ({
        ...member,
        instance: {
          ...configured(member.component, member.instance.name, undefined),
          security: { ca: undefined, cert: undefined, key: undefined, allowedCommonNames: undefined },
          endpoints: configured(member.component, member.instance.name, undefined).endpoints.map((endpoint) => ({
            ...endpoint,
            scheme: 'http' as const,
          })),
        },
        ports: Object.fromEntries(member.instance.endpoints.map(({ name }) => [name, 'plaintext' as const])),
      })),
    }),
  },
  {
    name: 'tidb without its TLS paths',
    cause: 'plaintext-port',
    fix: /^set security\.cluster-ssl-ca/,
    apply: (model) => {
      const { instance } = of('tidb')(model);
      return changed(model, 'tidb', {
        instance: { ...instance, security: { ...instance.security, ca: undefined, cert: undefined, key: undefined } },
        ports: { status: 'plaintext' },
      });
    },
  },
  problem('a syntax error in a file', 'toml-syntax', 'configuration-invalid'),
  problem('PD without a leader', 'no-leader', 'pd-without-leader'),
  disagreement('PD has an http URL', 'scheme-disagrees', 'registration-wrong'),
  disagreement('tikv is not registered', 'not-registered', 'registration-wrong'),
  disagreement('topology and file have other lists', 'list-disagrees', 'sources-differ'),
];

function problem(name: string, code: string, cause: CauseName): Fault {
  const origin =
    code === 'no-leader'
      ? ({ kind: 'pd', url: 'https://127.0.0.1:2379' } as const)
      : ({ kind: 'file', file: '/conf/x.toml', line: 3, column: 4 } as const);
  return {
    name,
    cause,
    fix: /.+/,
    apply: (model) =>
      withInventory(model, {
        problems: [
          {
            code,
            severity: code === 'no-leader' ? 'warn' : 'fail',
            origin,
            message: 'does not parse',
            remediation: 'fix the syntax',
          },
        ],
      }),
  };
}

function disagreement(
  name: string,
  code: 'scheme-disagrees' | 'not-registered' | 'list-disagrees',
  cause: CauseName,
): Fault {
  const origin = { kind: 'pd', url: 'https://127.0.0.1:2379' } as const;
  return {
    name,
    cause,
    fix: /make both https/,
    apply: (model) =>
      withInventory(model, {
        disagreements: [
          {
            code,
            severity: code === 'scheme-disagrees' ? 'fail' : 'warn',
            origin,
            message: `${code} of tikv`,
            remediation: 'make both https',
            component: 'tikv',
            address: '127.0.0.1:30',
          },
        ],
      }),
  };
}

function withInventory(model: Model, more: NonNullable<Model['inventory']>): Model {
  return { ...model, inventory: { ...model.inventory, ...more } };
}
