import t from 'tap';
import { certificateGroupsOf } from '../../../agent/page/certificate-rows.js';
import { renderCertificates } from '../../../agent/page/certificates.js';
import { queryOf } from '../../../agent/page/query.js';
import { Authority } from '../../../certs-dev/authority.js';
import { day, factsOf, names } from '../../support/evidence.js';
import { pageViewOf } from '../../support/page-view.js';

t.test('a certificate that no chain uses is no expiry, and two CAs of one name are distinguished', async (t) => {
  const at = (days: number) => new Date(Date.now() + days * day);
  const expired = await Authority.create({ notBefore: at(-30), notAfter: at(-1) });
  const present = await Authority.create();
  const facts = await factsOf(t, await present.issue(names), { ca: expired.certificatePem + present.certificatePem });
  const view = await pageViewOf(t, 2);
  const [entry] = view.credentials();
  const credentials = () => (entry === undefined ? [] : [{ ...entry, facts }]);
  const [group] = certificateGroupsOf({ ...view, credentials });
  const ca = group?.rows.find(({ kind }) => kind === 'CA');
  t.strictSame(
    ca?.chain.map(({ notAfter }) => notAfter > new Date()),
    [true],
    'the CA in use alone',
  );
  const second = await factsOf(t, await expired.issue(names), { ca: expired.certificatePem });
  const agent = { component: 'agent', instance: 'agent', facts: second };
  const both = { ...view, credentials: () => [...credentials(), agent] };
  const text = renderCertificates(both, queryOf(new URLSearchParams())).body.toString();
  t.match(text, /aria-label="CA [^"]*ca\.crt: CN=Development CA \(SHA-256 /);
});
