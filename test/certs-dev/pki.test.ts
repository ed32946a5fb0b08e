import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import t from 'tap';
import { Authority } from '../../certs-dev/authority.js';
import { type BadKind, badKinds, issueBad } from '../../certs-dev/bad.js';
import { componentCommonNames, type PairName } from '../../certs-dev/names.js';
import { writePki } from '../../certs-dev/pki.js';
import { splitCertificates } from '../../credentials/pem.js';
import { verifyByOpenssl } from '../../credentials/verifiers/openssl.js';
import type { Role } from '../../credentials/verifiers/verifier.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

function verify(pair: { readonly certificatePem: string; readonly keyPem: string }, bundle: string, role: Role) {
  const shown = { cert: Buffer.from(pair.certificatePem), key: Buffer.from(pair.keyPem) };
  return verifyByOpenssl({ ca: Buffer.from(bundle), shown, role });
}

t.test('writes a pair for each component and tool, good in both roles, keys for the owner alone', async (t) => {
  const pki = await writePki(temporaryDirectory(t));
  const ca = readFileSync(pki.caPath, 'utf8');
  for (const name of Object.keys(componentCommonNames) as PairName[]) {
    const { certPath, keyPath } = pki.pair(name);
    const pair = { certificatePem: readFileSync(certPath, 'utf8'), keyPem: readFileSync(keyPath, 'utf8') };
    t.equal(new X509Certificate(pair.certificatePem).subject, `CN=${componentCommonNames[name]}`);
    t.equal(statSync(keyPath).mode & 0o777, 0o600);
    t.ok((await verify(pair, ca, 'client')).trusted, `${name} as client`);
    t.ok((await verify(pair, ca, 'server')).trusted, `${name} as server`);
  }
});

const expected: Readonly<Record<BadKind, Readonly<Record<Role, string | undefined>>>> = {
  otherCa: { client: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', server: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
  expired: { client: 'CERT_HAS_EXPIRED', server: 'CERT_HAS_EXPIRED' },
  notYetValid: { client: 'CERT_NOT_YET_VALID', server: 'CERT_NOT_YET_VALID' },
  serverAuthOnly: { client: 'INVALID_PURPOSE', server: undefined },
  clientAuthOnly: { client: undefined, server: 'INVALID_PURPOSE' },
  noUsage: { client: undefined, server: undefined },
  noSan: { client: undefined, server: undefined },
  otherHost: { client: undefined, server: undefined },
  mismatchedKey: { client: 'cannot be loaded', server: 'cannot be loaded' },
  superstringCommonName: { client: undefined, server: undefined },
  intermediateChain: { client: undefined, server: undefined },
  wrongOrder: { client: 'cannot be loaded', server: 'cannot be loaded' },
  rsa: { client: undefined, server: undefined },
};

t.test('each bad kind has the one fault that it is named for, by the verification of OpenSSL', async (t) => {
  const authority = await Authority.create();
  for (const kind of badKinds) {
    const pair = await issueBad(authority, kind, { commonName: 'TiKV-Server', dns: ['localhost'], ip: ['127.0.0.1'] });
    for (const role of ['client', 'server'] as const) {
      const { step, code } = await verify(pair, authority.certificatePem, role);
      t.equal(step === 'pair' ? 'cannot be loaded' : code, expected[kind][role], `${kind} as ${role}`);
    }
  }
});

t.test('a subject can carry several names, in order', async (t) => {
  const authority = await Authority.create();
  const { certificatePem } = await authority.issue({ commonName: ['tidb', 'intruder'], organization: 'PingCAP' });
  t.equal(splitCertificates(certificatePem).length, 1);
  t.equal(new X509Certificate(certificatePem).subject, 'O=PingCAP\nCN=tidb\nCN=intruder');
});
