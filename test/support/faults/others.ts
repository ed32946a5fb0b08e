import { Authority } from '../../../certs-dev/authority.js';
import { credentialKey } from '../../../checks/check.js';
import { day, now, observed } from '../evidence.js';
import { changed, clusterCa, pairOf } from '../model-cluster.js';

import { type Fault, of } from './fault.js';

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
