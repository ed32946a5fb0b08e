import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import type { Test } from 'tap';
import { needs } from './peers.js';

export const chromiumPath = '/usr/bin/chromium';
export const needsChromium = needs(chromiumPath, 'chromium');
const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** One browser for a whole test file. */
export async function startChromium(t: Pick<Test, 'teardown'>): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: chromiumPath });
  t.teardown(() => browser.close());
  return browser;
}

export interface Watched {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the page should not do: errors, rejections by its own policy, requests to another host. */
  readonly complaints: readonly string[];
}

/** A page on which nothing goes unnoticed. */
export async function watchedPage(
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {},
): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') {
      complaints.push(`console: ${message.text()}`);
    }
  });
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) {
      complaints.push(`request: ${request.url()}`);
    }
  });
  if (options.javaScriptEnabled !== false) {
    await page.exposeFunction('complain', (text: string) => complaints.push(text));
    await page.addInitScript(
      "addEventListener('securitypolicyviolation', (one) => complain('policy: ' + one.violatedDirective + ' ' + one.blockedURI))",
    );
  }
  return { page, context, complaints };
}

/** `id: element` of everything axe finds wrong. The page's policy holds for axe as well, so it is run from outside. */
export async function axeFindings(page: Page, rules?: readonly string[]): Promise<readonly string[]> {
  await page.evaluate(readFileSync(axePath, 'utf8'));
  const { violations } = (await page.evaluate(
    `axe.run(document, ${JSON.stringify(rules === undefined ? {} : { runOnly: rules })})`,
  )) as AxeResults;
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
}
