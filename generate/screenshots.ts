import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { measureSizes } from './page-sizes.js';
import { type Scene, scenes, startScene } from './scenes.js';

/** What docs/page.md shows; `npm run screenshots -- --all FOLDER` makes every picture there is. */
const shown: readonly string[] = [
  'overview-broken-light',
  'overview-healthy-dark',
  'matrix-broken-light',
  'certificates-broken-light',
  'rotations-broken-dark',
  'endpoint-broken-dark',
];

const schemes = ['light', 'dark'] as const;

async function pictures(browser: Browser, scene: Scene, folder: string, all: boolean): Promise<void> {
  const { url, views, stop } = await startScene(scene);
  try {
    for (const colorScheme of schemes) {
      const context = await browser.newContext({ colorScheme, viewport: { width: 1200, height: 800 } });
      const page = await context.newPage();
      for (const [view, path] of Object.entries(views)) {
        const name = `${view}-${scene}-${colorScheme}`;
        if (all || shown.includes(name)) {
          await page.goto(url + path);
          await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
        }
      }
      await context.close();
    }
    if (all) {
      const context = await browser.newContext({ viewport: { width: 320, height: 640 } });
      const page = await context.newPage();
      for (const [view, path] of Object.entries(views)) {
        await page.goto(url + path);
        await page.screenshot({ path: join(folder, `${view}-${scene}-narrow.png`), fullPage: true });
      }
      await context.close();
    }
  } finally {
    await stop();
  }
}

const all = process.argv[2] === '--all';
const folder = all ? (process.argv[3] ?? 'screenshots') : join(import.meta.dirname, '../docs/images');
mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium' });
try {
  for (const scene of scenes) {
    await pictures(browser, scene, folder, all);
  }
  if (!all) {
    const sizes = await measureSizes(browser, 1_000);
    process.stdout.write(sizes);
    const page = join(import.meta.dirname, '../docs/page.md');
    const text = readFileSync(page, 'utf8');
    writeFileSync(page, text.replace(/(<!-- sizes: [^\n]*\n)[\s\S]*(<!-- end -->)/, `$1\n${sizes}\n$2`));
  }
} finally {
  await browser.close();
}
