import t from 'tap';
import { endpointPath, instancePath } from '../../../agent/page/parts.js';
import { startAgentServer } from '../../support/agent-server.js';
import { axeFindings, needsChromium, startChromium, watchedPage } from '../../support/chromium.js';
import { eventually } from '../../support/eventually.js';
import { pageViewOf } from '../../support/page-view.js';

t.test('the status page in Chromium', needsChromium, async (t) => {
  const browser = await startChromium(t);
  const small = await pageViewOf(t, 3);
  const { url } = await startAgentServer(t, undefined, small);
  const [first, , hostile] = small.inventory().instances;
  const paths = [
    '/',
    '/?status=pass',
    '/matrix',
    '/certificates',
    '/rotations',
    '/instances',
    instancePath('tikv', first?.name ?? ''),
    instancePath('tikv', hostile?.name ?? ''),
    endpointPath('tikv', first?.name ?? '', 'status'),
    endpointPath('tikv', hostile?.name ?? '', 'grpc'),
    '/changes',
    '/checks',
    '/checks/served-matches-file',
  ];

  t.test('each view: axe finds nothing, light and dark; no policy violation; no request to another host', async (t) => {
    const { page, complaints } = await watchedPage(browser, url);
    for (const path of paths) {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        const response = await page.goto(url + path);
        t.equal(response?.status(), 200, path);
        // Only colours depend on the scheme.
        const rules = colorScheme === 'dark' ? ['color-contrast'] : undefined;
        t.strictSame(await axeFindings(page, rules), [], `axe, ${path} ${colorScheme}`);
      }
    }
    t.strictSame(complaints, []);
    t.equal(await page.evaluate("document.querySelectorAll('[style], script:not([src]), style').length"), 0);
  });

  t.test('320 pixels wide, no view scrolls sideways, and axe finds nothing', async (t) => {
    const { page } = await watchedPage(browser, url, { viewport: { width: 320, height: 640 } });
    for (const path of paths) {
      await page.goto(url + path);
      await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })");
      t.equal(await page.evaluate('document.documentElement.scrollWidth'), 320, path);
    }
    t.strictSame(await axeFindings(page), []);
    await page.goto(`${url}/instances`);
    const sentence =
      'serves another certificate, until <time>2027-09-23 01:00:30 UTC</time>, and not the one on disk, which it reads again at each new connection';
    const laidOut = `(() => {
      const cell = document.querySelector('.table td');
      cell.innerHTML = ${JSON.stringify(sentence)};
      const leftOf = (text) => {
        const range = document.createRange();
        range.selectNode(text);
        return Math.min(...[...range.getClientRects()].map(({ left }) => left));
      };
      return { cut: cell.scrollWidth > cell.clientWidth, indent: leftOf(cell.lastChild) - leftOf(cell.firstChild) };
    })()`;
    t.strictSame(
      await page.evaluate(laidOut),
      { cut: false, indent: 0 },
      'a sentence with a time in it is one text, not columns side by side',
    );
  });

  t.test('without JavaScript every view is shown, and the filter is a form', async (t) => {
    const { page, complaints } = await watchedPage(browser, url, { javaScriptEnabled: false });
    for (const path of paths) {
      await page.goto(url + path);
      t.ok(await page.locator('h1').isVisible(), path);
      t.match(await page.locator('#as-of').textContent(), /^as of \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/);
    }
    await page.goto(url);
    await page.getByLabel('Filter').fill('served-matches');
    await page.getByRole('button', { name: 'Show' }).click();
    t.match(page.url(), /[?&]q=served-matches/);
    t.equal(await page.locator('.finding').count(), 1);
    t.match(
      await page.locator('.finding .message').textContent(),
      /^serves a certificate that expires .*UTC; the one on disk/,
    );
    await page.locator('.finding a', { hasText: 'served-matches-file' }).click();
    t.match(
      await page.locator('.prose').textContent(),
      /A rotation is complete on a port when the fingerprint served equals/,
    );
    t.strictSame(complaints, []);
  });

  t.test('times are in the time zone of the reader, with UTC on hover', async (t) => {
    const { page } = await watchedPage(browser, url, { timezoneId: 'Asia/Shanghai' });
    await page.goto(url);
    const time = page.locator('#as-of time');
    const [shown, utc, stamp] = [
      await time.textContent(),
      await time.getAttribute('title'),
      await time.getAttribute('datetime'),
    ];
    t.match(shown, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d GMT\+8$/);
    t.equal(utc, `${stamp?.slice(0, 19).replace('T', ' ')} UTC`);
    const hour = (Number(stamp?.slice(11, 13)) + 8) % 24;
    t.equal(Number(shown?.slice(11, 13)), hour);
  });

  t.test('by keyboard: to the view at once, along the tabs, the reason of a cell on focus', async (t) => {
    const { page } = await watchedPage(browser, url);
    await page.goto(`${url}/matrix`);
    await page.keyboard.press('Tab');
    t.equal(await page.evaluate('document.activeElement?.textContent'), 'Skip to the view');
    await page.keyboard.press('Enter');
    t.equal(await page.evaluate('document.activeElement?.id'), 'main');
    await page.locator('td a.cell.wrongly-rejected').first().focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Shift+Tab');
    const tip = page.locator('td a.cell.wrongly-rejected .tip').first();
    const opacity = "getComputedStyle(document.activeElement.querySelector('.tip')).opacity";
    await eventually('the reason shows', async () => (await page.evaluate(opacity)) === '1');
    t.match(await tip.textContent(), /tikv at .* wrongly rejected.*TLS alert bad_certificate \(42\)/);
    const box = await tip.boundingBox();
    t.ok(box !== null && box.y + box.height <= 800 && box.y > 0, 'at the foot of the window');
  });
});
