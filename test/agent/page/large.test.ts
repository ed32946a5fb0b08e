import t from 'tap';
import { endpointPath } from '../../../agent/page/parts.js';
import { startAgentServer } from '../../support/agent-server.js';
import { needsChromium, startChromium, watchedPage } from '../../support/chromium.js';
import { pageViewOf } from '../../support/page-view.js';

t.test('a thousand ports stay usable, and a refresh keeps focus and what is unfolded', needsChromium, async (t) => {
  const browser = await startChromium(t);
  const large = await pageViewOf(t, 500);
  let findings = large.findings();
  let incidents = large.incidents();
  const { url } = await startAgentServer(t, undefined, {
    ...large,
    findings: () => findings,
    incidents: () => incidents,
  });
  const { page, complaints } = await watchedPage(browser, url, { permissions: ['clipboard-read', 'clipboard-write'] });

  await page.goto(`${url}/instances`);
  t.match(await page.locator('#count').textContent(), '500 of 500 instances, 1000 ports');
  t.equal(await page.locator('#group-tikv tbody tr').count(), 100, 'the worst hundred');
  t.match(await page.locator('#group-tikv tbody tr').first().textContent(), /10\.0\.0\.0:20180/);
  await page.getByLabel('Filter').pressSequentially('10.0.1.24');
  await page.locator('#count', { hasText: '10 of 500 instances, 20 ports' }).waitFor();
  t.match(page.url(), /q=10.0.1.24/);
  t.ok((await page.locator('#group-tikv').getAttribute('open')) !== null, 'filtered groups are unfolded');
  t.equal(await page.evaluate('document.activeElement?.id'), 'q', 'the focus stays in the field');

  await page.goto(`${url}/matrix`);
  t.match(await page.locator('#count').textContent(), /^1000 of 1000 ports in \d rows$/);
  t.ok((await page.locator('#grid tbody tr').count()) < 10, 'ports with equal cells share a row');

  await page.goto(`${url}/certificates`);
  t.equal(await page.locator('section.certificates').count(), 60);
  t.match(await page.locator('section.certificates').first().textContent(), /not on disk/);
  t.equal((await page.locator('.join').count()) > 1, true, 'connected to the certificate on disk');

  await page.goto(url);
  const evidence = page
    .locator('#incidents > .finding', { hasText: 'serves a certificate' })
    .locator('> details > summary');
  await evidence.click();
  await evidence.focus();
  await page.evaluate('scrollTo(0, 60)');
  findings = findings.filter(({ check }) => check !== 'caller-accepted');
  incidents = incidents.filter((one) => !one.findings.some(({ check }) => check === 'caller-accepted'));
  await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
  await page.locator('#cluster-state', { hasText: new RegExp(`^${incidents.length} incidents?,`) }).waitFor();
  t.equal(await page.locator('.finding', { hasText: 'rejects tikv' }).count(), 0);
  t.equal(await page.evaluate('document.activeElement?.localName'), 'summary', 'focus stays');
  t.equal(await page.evaluate("document.activeElement?.parentElement?.hasAttribute('open')"), true, 'unfolded stays');

  await page.goto(url + endpointPath('tikv', large.inventory().instances[0]?.name ?? '', 'status'));
  await page.locator('button.copy').first().click();
  await page.locator('button.copy', { hasText: 'Copied' }).waitFor();
  t.match(await page.evaluate('navigator.clipboard.readText()'), /openssl s_client -connect 127.0.0.1:20180 /);
  t.strictSame(complaints, []);
});
