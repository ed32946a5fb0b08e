import type { CauseName } from '../../../checks/causes/cause.js';
import { changed, clusterCa, configured, type Model } from '../model-cluster.js';

import { type Fault, listed, of, without } from './fault.js';

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
