import { readFileSync } from 'node:fs';
import t from 'tap';
import { splitCertificates } from '../../../credentials/pem.js';
import { derOf } from '../../../credentials/read-certificate.js';
import { GoMachine } from '../../../credentials/verifiers/go/machine.js';
import { verifiers } from '../../../credentials/verifiers/verifiers.js';
import { cases, fixedTime, pathOf, requestOf } from './cases.js';

const base = requestOf({ name: 'base', host: '127.0.0.1' }, 'server');

t.test('a Go program that ends costs the result, and the next question starts it again', async (t) => {
  const { ask } = GoMachine.prototype;
  GoMachine.prototype.ask = () => {
    throw new Error('unreachable');
  };
  t.teardown(() => {
    GoMachine.prototype.ask = ask;
  });
  t.match(await verifiers.go(base), {
    trusted: undefined,
    step: undefined,
    message: 'the Go verifier gave no result: unreachable',
  });
  GoMachine.prototype.ask = ask;
  t.match(await verifiers.go(base), { trusted: true });
});

t.test('the time of verification is that of the request', async (t) => {
  const later = new Date('2031-01-01T00:00:00Z');
  t.match(await verifiers.go({ ...base, now: later }), { trusted: false, code: 'expired', message: /2031-01-01/ });
  t.match(await verifiers.go({ ...base, now: fixedTime }), { trusted: true });
});

t.test('an older Go release accepts what it accepted', async (t) => {
  const negative = requestOf({ name: 'c1', host: '127.0.0.1' }, 'server');
  t.match(await verifiers.go({ ...negative, goRelease: '1.21' }), { trusted: true });
  t.match(await verifiers.go({ ...negative, goRelease: '1.23' }), { trusted: false });
  t.match(await verifiers.go(negative), { trusted: false }, 'the setting does not stay');
});

/** DER, as a port serves it. */
function chainOf(name: string): readonly Buffer[] {
  return splitCertificates(readFileSync(pathOf(name, 'x.crt'), 'utf8')).map(derOf);
}

t.test('a chain that a port served is verified without its key', async (t) => {
  for (const name of ['base', 'c1', 'b11', 'e14']) {
    const one = cases.find((candidate) => candidate.name === name);
    const request = requestOf({ name, host: one?.host ?? '' }, 'server');
    const result = await verifiers.go({ ...request, shown: { chain: chainOf(name) } });
    t.equal(result.trusted, name === 'base', `${name}: ${result.message}`);
  }
});

t.test('the chains that verify are told by fingerprint', async (t) => {
  const { chains } = await verifiers.go(base);
  t.equal(chains.length, 1);
  t.match(chains[0], [/^[0-9a-f]{64}$/, /^[0-9a-f]{64}$/]);
});
