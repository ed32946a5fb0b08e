import { describeCallers, describePorts } from '../cluster/inventory/describe.js';
import { describeComponents } from './components.js';
import { describeVerifiers } from './verifiers.js';

/** docs/semantics.md */
export function describeSemantics(): string {
  return `# What an outcome means

## Outcomes

| outcome | means |
| --- | --- |
| \`accepted\` | application bytes came back: an HTTP status other than 403, also an error status of the component, or a gRPC status other than a rejection |
| \`rejected\` | the port rejected the agent (a TLS alert, a close, gRPC 16 or 7, HTTP 403), or the agent rejected the port's certificate |
| \`unreachable\` | no TCP connection; this is not a TLS rejection |
| \`timeout\` | no connection, handshake or answer in time; this is not a TLS rejection |
| \`not-tls\` | the port answers without TLS |
| \`inconclusive\` | a handshake without a rejection and without an answer, or bytes that are not an answer |

A completed handshake alone is no acceptance: in TLS 1.3 the client completes it before the server verifies the client's
certificate. No probe resumes a session, except the one of \`resumption-rejected\`, if it is enabled.

## Which probes a port receives

| identity | presents | expected |
| --- | --- | --- |
| \`agent\` | the agent's certificate | accepted |
| \`tidb\`, \`tikv\` … on ports that they call | the certificates of this host's components | accepted |
| \`tidb\`, \`tikv\` … on other ports | the same certificates, where the port's list does not contain their names | rejected |
| \`no-certificate\` | no certificate | rejected where the port requires one |
| \`foreign-ca\` | a certificate with an allowed name, of a CA that is created in memory at the start | rejected where the port requires a certificate |
| \`wrong-name\` | a certificate of the cluster's CA with another name, if one is configured | rejected where names are compared |
| \`plaintext\` | an HTTP request without TLS | rejected |

The agent's regular probes run every \`interval\` (15 seconds). Negative probes run every \`negative-interval\` (10 minutes)
on the ports of the agent's own host, one at a time over all ports. The first ones follow within a minute of the start, for
up to a thousand ports. Before each of them the agent reads the port's server handshake. With the default interval a port
receives, per hour, 6 server handshakes and 6 probes each of \`plaintext\`, \`no-certificate\` and \`foreign-ca\`, in
total 24 connections, and 6 more for each name of this host that its list rejects. Most negative probes leave one line in
the port's log; TiDB writes none. A port that sends no CertificateRequest receives only \`plaintext\` and
\`no-certificate\`.

The agent does not connect to a port that reloads its files at a connection, as those of TiKV and TiFlash do, while the
certificate and key on disk are mismatched or invalid, nor until the files have been quiet for two seconds.

## Ports

${describePorts()}
## Callers

${describeCallers()}
## Who verifies with what

${describeVerifiers()}
## Component by component

One profile per component has everything that the agent knows of it. This section and the tables above are generated from
the profiles. Each request was tried on the component or read in its source: it changes nothing there, and needs no
privilege except to connect. Where \`negative probes since\` names a release, an earlier one receives no invalid
certificate. An unknown release counts as a later one.

${describeComponents()}
## Before and after a rotation

Before a rotation \`rehearse\` probes every port that the component calls with the new certificate, without installing it,
and verifies the certificate under the CA file of every caller of the component on this host. After a rotation
\`served-matches-file\` says \`reloading\` until the reload deadline of the port in the table above. Then it fails with the
fix for the port. With \`reload = "trigger"\` the agent triggers the two harmless reloads itself.
`;
}
