import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { createSecureContext } from 'node:tls';
import t, { type Test } from 'tap';
import { Authority } from '../../certs-dev/authority.js';
import { CredentialFile } from '../../credentials/credential-file.js';
import { trustBundleOf } from '../../credentials/trust-bundle.js';
import type { VerifierName } from '../../credentials/verifiers/verifier.js';
import { withoutStall } from '../../probes/event-loop-stall.js';
import { probeHttp } from '../../probes/http-probe.js';
import type { Observation } from '../../probes/observation.js';
import { probeContext } from '../../probes/probe-context.js';
import { outdated, pathOf } from '../credentials/verifiers/cases.js';
import { patience } from '../support/eventually.js';
import { listening } from '../support/listening.js';

interface Served {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
  readonly verifier: VerifierName;
  readonly ciphers?: string;
}

function caseOf(name: string) {
  const read = (file: 'x.crt' | 'x.key' | 'ca.crt') => readFileSync(pathOf(name, file), 'utf8');
  return { cert: read('x.crt'), key: read('x.key'), ca: read('ca.crt') };
}

/** A port with this certificate, called by a component with this verifier and this CA file. */
async function called(
  t: Test,
  { cert, key, ca, verifier, ciphers = 'DEFAULT@SECLEVEL=0' }: Served,
): Promise<Observation> {
  const options = { cert, key, ciphers, maxVersion: 'TLSv1.2' } as const;
  const server = createServer(options, (_request, response) => response.end('ok'));
  const port = await listening(t, server);
  const bundle = trustBundleOf(new CredentialFile('ca.crt', Buffer.from(ca)));
  const secureContext = createSecureContext({ ca: bundle.pem, ...probeContext });
  const identity = { name: 'agent', secureContext, trust: { verifier, bundle } } as const;
  const target = { host: '127.0.0.1', port, alpn: [], probe: { protocol: 'http', path: '/', accept: 'any' } } as const;
  return await withoutStall(() => probeHttp(target, identity, { timeout: patience }));
}

t.test("the result of a server's chain is that of the caller's verifier", { skip: outdated }, async (t) => {
  t.match(await called(t, { ...caseOf('base'), verifier: 'go' }), { outcome: 'accepted', peerProblem: undefined });
  for (const [name, words] of [
    ['c1', /negative serial number/],
    ['c7', /SAN dNSName is malformed/],
    ['f8', /parent certificate cannot sign/],
  ] as const) {
    t.match(
      await called(t, { ...caseOf(name), verifier: 'go' }),
      { outcome: 'rejected', rejection: { side: 'probe' }, peerProblem: words, detail: words },
      `${name}, called by a Go component`,
    );
    t.match(
      await called(t, { ...caseOf(name), verifier: 'grpc-core' }),
      { outcome: 'accepted' },
      `${name}, called by TiKV`,
    );
  }
});

t.test(
  'a key that is too small for gRPC C-core is rejected for its callers, not for Go',
  { skip: outdated },
  async (t) => {
    t.match(await called(t, { ...caseOf('b4'), verifier: 'go' }), { outcome: 'accepted' });
    t.match(await called(t, { ...caseOf('b4'), verifier: 'grpc-core' }), {
      outcome: 'rejected',
      peerProblem: 'gRPC C-core: key too small (RSA 1024)',
    });
  },
);

t.test('the agent offers no finite-field Diffie-Hellman', { skip: outdated }, async (t) => {
  const ciphers = 'DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0';
  t.match(await called(t, { ...caseOf('b4'), verifier: 'go', ciphers }), {
    outcome: 'rejected',
    rejection: { by: 'tls-alert', name: 'handshake_failure' },
  });
});

t.test('a CA file with only an intermediate accepts a server, for Go and gRPC C-core', async (t) => {
  const intermediate = await (await Authority.create()).intermediate('Issuing CA');
  const { certificatePem: cert, keyPem: key } = await intermediate.issue({ commonName: 'x', ip: ['127.0.0.1'] });
  for (const verifier of ['go', 'go-etcd', 'grpc-core'] as const) {
    const served = { cert, key, ca: intermediate.certificatePem, verifier };
    t.match(await called(t, served), { outcome: 'accepted', peerProblem: undefined }, verifier);
  }
  const foreign = { cert, key, ca: (await Authority.create()).certificatePem, verifier: 'go' } as const;
  t.match(await called(t, foreign), { outcome: 'rejected', peerProblem: /^UNABLE_TO_/ });
});
