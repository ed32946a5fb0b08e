import t from 'tap';
import { nearest } from '../../../cluster/documents/nearest.js';

t.test('the nearest name: the only one that begins so, or one letter away, or none', async (t) => {
  const known = ['served-matches-file', 'server-verifies', 'resumption-rejected'];
  t.equal(nearest('served-matches', known), 'served-matches-file');
  t.equal(nearest('server-verifys', known), 'server-verifies');
  t.equal(nearest('serve', known), undefined, 'two begin so');
  t.equal(nearest('', known), undefined);
  t.equal(nearest('nothing-like-it', known), undefined);
});
