import { describeCallers, describePorts } from '../cluster/inventory/describe.js';
import { describeComponents } from './components.js';

/** docs/semantics.md */
export function describeSemantics(): string {
  return `# What a verdict means

## Outcomes

| outcome | means |
| --- | --- |
| \`accepted\` | application bytes came back: an HTTP status other than 403, be it an error of the component's own, or a gRPC status other than a refusal |
| \`refused\` | the port refused us (a TLS alert, a close, gRPC 16 or 7, HTTP 403), or we refused its certificate |
| \`unreachable\` | no TCP connection; nobody was refused |
| \`timeout\` | no connection, handshake or answer in time; nobody was refused |
| \`not-tls\` | the port answers without TLS |
| \`inconclusive\` | a handshake without refusal and without an answer, or bytes that are none |

A handshake alone is no acceptance: in TLS 1.3 the client has finished before the server looks at its certificate. No
probe resumes a session, but the one of \`resumption-rejected\` where it is asked for.

## Who comes to a port

| identity | who | expected |
| --- | --- | --- |
| \`own\` | the agent's pair | let in |
| \`tidb\`, \`tikv\` … on ports they call | the pairs of this node's components | let in |
| \`tidb\`, \`tikv\` … on other ports | the same, where the port's list does not hold their name | refused |
| \`anonymous\` | no certificate | refused where the port asks for one |
| \`untrusted\` | a certificate with an allowed name, of a CA made in memory at start | refused where the port asks for one |
| \`imposter\` | a certificate of the cluster's CA with another name, if one is configured | refused where names are compared |
| \`plaintext\` | an HTTP request without TLS | refused |

The agent's own probes come every \`interval\` (15 seconds). Strangers come every \`negative-interval\` (10 minutes), and for the first
time within a minute of the start (of a thousand ports), to the ports of the agent's own node, one at a time over all of them, after the port's first flight was read: at the default that is
6 times an hour \`plaintext\`, \`anonymous\`, \`untrusted\` and the first flight, 24 connections per port, and 6 more for
each name of this node that the list refuses. Most of them leave one line in the port's log; TiDB writes none. Where the
first flight asks for no certificate only \`plaintext\` and \`anonymous\` come.

A TiKV or TiFlash port is left alone while the pair on disk is torn or not good, and until its files have rested for two
seconds: those components read their files when anybody connects.

## Ports

${describePorts()}
## Callers

${describeCallers()}
## Component by component

Everything the agent knows of a component is in one profile; this section and the tables above are written from it. Each
question was tried on the component or read in its source: it changes nothing there and needs no right but to connect.
Where \`strangers come since\` names a release, an earlier one is shown no bad certificate; a release that is not known is taken
for a later one.

${describeComponents()}
## Before and after a rotation

\`rehearse\` asks beforehand, with the new pair and without installing it, every port that the component calls, and
judges the pair by the CA file of everyone on this node who calls the component. Afterwards \`served-matches-file\` says
\`reloading\` until the moment of the port in the table above, then fails with the cure for it; with \`reload = "trigger"\` the
agent does the two harmless cures itself.
`;
}
