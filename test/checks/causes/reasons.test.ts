import t from 'tap';
import { causes } from '../../../checks/causes/catalogue.js';
import { causeNames } from '../../../checks/causes/cause.js';
import { reasonOf, reasons } from '../../../checks/causes/reasons.js';
import { codeText } from '../../../credentials/verifiers/code-words.js';

t.test('each reason of a rejection has words, a cause of the catalogue and a fix', async (t) => {
  const known = new Set(causes.map(({ name }) => name));
  for (const { code, words, cause, fix } of reasons) {
    t.ok(known.has(cause), `${code}: ${cause}`);
    t.not(words, code, `${code} has words`);
    t.match(fix, /^(compare|renew|issue|correct|set|permit|find out)/, `${code}: ${fix}`);
    t.equal(reasonOf(code)?.words, words, 'found by its code');
  }
  t.equal(new Set(reasons.map(({ code }) => code)).size, reasons.length, 'each code once');
});

t.test('a code of OpenSSL is printed with its words, an unknown one alone', async (t) => {
  t.equal(codeText('INVALID_PURPOSE'), 'INVALID_PURPOSE, the certificate is not for use in this role');
  t.equal(codeText('x509: negative serial number'), 'x509: negative serial number');
  for (const { code, from } of reasons) {
    t.equal(codeText(code) !== code, from === 'OpenSSL', code);
  }
});

t.test('the catalogue has every cause of the closed list once, except for what no cause explains', async (t) => {
  t.strictSame([...causes.map(({ name }) => name), 'unexplained'].sort(), [...causeNames].sort());
});
