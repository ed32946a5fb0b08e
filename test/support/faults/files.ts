import { day, now } from '../evidence.js';
import { changed, clusterCa, otherAuthority, pairOf } from '../model-cluster.js';

import { agentFile, type Fault, file, unreadable } from './fault.js';

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
