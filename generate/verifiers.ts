import { documentedProfiles } from '../cluster/components/profiles.js';
import { type VerifierName, verifierTitles } from '../credentials/verifiers/verifier.js';
import { table } from './markdown.js';

/** The section of docs/semantics.md on whose result counts. */
export function describeVerifiers(): string {
  const rows = documentedProfiles.flatMap(({ title, verifiesServersBy, endpoints }) => [
    [title, 'servers that it calls', nameOf(verifiesServersBy)],
    ...endpoints.map((endpoint) => [title, `callers of the ${endpoint.title}`, nameOf(endpoint.callers.verifier)]),
  ]);
  return `A certificate is verified by the implementation of TLS that meets it, and findings quote its words. OpenSSL is that of
some ports only.

${table(['component', 'verifies', 'by'], rows)}
- **Go** is Go's own crypto/x509 and crypto/tls as WebAssembly. Each certificate of the CA file is a trust anchor. A PEM
  block has to be labelled \`CERTIFICATE\` and to begin a line. Blocks that are no such certificate are ignored.
- **Go, CA file as etcd** is the same, but each PEM block of the CA file has to be a certificate: with a key or a CRL in it
  the component does not start.
- **gRPC C-core** is OpenSSL with partial chains allowed, at security level 2 (RSA keys from 2048 bits on). Wildcards stand
  for whole labels.
- **OpenSSL** needs a chain up to a root.

For TiDB before 9.0, Go gets the settings of the release that built it: 1.23 since TiDB 8.5, 1.21 before. They differ in
what is accepted: negative serial numbers, until 1.22, and RSA keys below 1024 bits, until 1.23.
`;
}

function nameOf(verifier: VerifierName): string {
  return verifier === 'go-etcd' ? 'Go, CA file as etcd' : verifierTitles[verifier];
}
