import { assert, property, string } from 'fast-check';
import t from 'tap';
import { html, visible } from '../../../agent/page/html.js';
import { sentence } from '../../../agent/page/parts.js';

t.test('values are escaped, Html is not; false and undefined render as nothing', async (t) => {
  t.equal(
    html`<p title="${'"<&\'>'}">${html`<b>${'<i>'}</b>`}</p>`.toString(),
    '<p title="&quot;&lt;&amp;&#39;&gt;"><b>&lt;i&gt;</b></p>',
  );
  t.equal(html`${undefined}${false}${0}${['a', html`<br>`, ['&']]}`.toString(), '0a<br>&amp;');
});

t.test('no text leaves its element or attribute, and every unprintable character is named', async () => {
  assert(
    property(string({ unit: 'binary' }), (text) => {
      const markup = html`${text}`.toString();
      return !/[<>"'\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|&(?!(amp|lt|gt|quot|#39);)/u.test(markup);
    }),
  );
});

t.test('unprintable characters are named', async (t) => {
  t.equal(visible('a\u202eb\u001b[31m\n\u200d\ufeff'), 'a[U+202E]b[U+001B][31m[U+000A][U+200D][U+FEFF]');
  t.equal(visible('TiKV 华北 ü'), 'TiKV 华北 ü');
});

t.test('times in a sentence become timestamps of the page; what only looks like one stays', async (t) => {
  t.match(
    sentence('until 2027-11-26T00:59:40.000Z.').toString(),
    /^until <time class="at" datetime="2027-11-26T00:59:40.000Z" title="2027-11-26 00:59:40 UTC">2027-11-26 00:59:40 UTC<\/time>\.$/,
  );
  t.equal(sentence('2027-99-26T00:59:40Z').toString(), '2027-99-26T00:59:40Z');
});
