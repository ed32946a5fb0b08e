import t from 'tap';
import { Authority, type IssueOptions } from '../../../certs-dev/authority.js';
import { coversHostForGo } from '../../../credentials/go-host-names.js';
import { certificateOf } from '../../../credentials/known-certificates.js';
import { derOf } from '../../../credentials/read-certificate.js';
import { verifiers } from '../../../credentials/verifiers/verifiers.js';

/** As real Go and gRPC C-core did. */
const rules: readonly (readonly [what: string, names: IssueOptions, host: string, go: boolean, grpcCore: boolean])[] = [
  ['a wildcard with two labels after it', { commonName: 'x', dns: ['*.tidb.svc'] }, 'pd0.tidb.svc.', true, true],
  ['a wildcard with one label after it', { commonName: 'x', dns: ['*.LAN'] }, 'pd0.lan', true, false],
  ['a wildcard for two labels', { commonName: 'x', dns: ['*.lan'] }, 'a.pd0.lan', false, false],
  ['a wildcard alone', { commonName: 'x', dns: ['*'] }, 'pd0', false, false],
  ['part of a label', { commonName: 'x', dns: ['pd*.tidb.svc'] }, 'pd0.tidb.svc', false, false],
  ['an address as a DNS name', { commonName: 'x', dns: ['10.0.0.1'] }, '10.0.0.1', false, true],
  ['a URI', { commonName: 'x', dns: ['x'], uri: ['pd0.tidb.svc'] }, 'pd0.tidb.svc', false, true],
  ['the Common Name without SANs', { commonName: 'pd0.tidb.svc' }, 'pd0.tidb.svc', false, true],
  ['the Common Name beside a SAN', { commonName: 'pd0.tidb.svc', ip: ['10.0.0.1'] }, 'pd0.tidb.svc', false, false],
  ['an address as the Common Name', { commonName: '10.0.0.1' }, '10.0.0.1', false, false],
];

t.test('each verifier compares names by its own rule', async (t) => {
  const authority = await Authority.create();
  const ca = Buffer.from(authority.certificatePem);
  for (const [what, names, host, go, grpcCore] of rules) {
    const { certificatePem, keyPem } = await authority.issue(names);
    const shown = { cert: Buffer.from(certificatePem), key: Buffer.from(keyPem) };
    const request = { ca, shown, role: 'server', host } as const;
    t.equal((await verifiers.go(request)).trusted, go, `Go: ${what}`);
    t.equal((await verifiers['grpc-core'](request)).trusted, grpcCore, `gRPC C-core: ${what}`);
    const leaf = certificateOf(derOf(certificatePem));
    t.equal(coversHostForGo(leaf, host), go, `without asking Go: ${what}`);
    t.equal(leaf.coversHost(host), go && grpcCore, `for every caller: ${what}`);
  }
});
