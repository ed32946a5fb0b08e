import { Readable } from 'node:stream';
import pino from 'pino';
import type { Browser } from 'playwright-core';
import { startHttpServer } from '../agent/http/server.js';
import { endpointPath, instancePath } from '../agent/page/parts.js';
import { pageViewOf } from '../test/support/page-view.js';

/** What the first request for a view costs. */
interface Size {
  readonly view: string;
  readonly requests: number;
  /** Of all responses, with headers. */
  readonly bytes: number;
  /** Milliseconds from the start of the navigation to the first painted text. */
  readonly readable: number;
  /** Bytes of the view alone, which is what a refresh costs. */
  readonly refresh: number;
}

/** A Markdown table of every view over so many ports, measured in the browser with an empty cache. */
export async function measureSizes(browser: Browser, ports: number): Promise<string> {
  const teardowns: (() => unknown)[] = [];
  const t = { teardown: (one: () => unknown) => void teardowns.push(one) };
  const view = await pageViewOf(t, ports / 2);
  const server = await startHttpServer({
    listen: { host: '127.0.0.1', port: 0 },
    view,
    metrics: { parts: () => Readable.from([]), contentType: 'text/plain' },
    onWebConfigRead: () => undefined,
    probe: async () => ({ status: 400, reason: 'bad-target', rejected: 'not here' }),
    reload: async () => ({ ok: true, message: '' }),
    logger: pino({ level: 'silent' }),
  });
  try {
    const name = view.inventory().instances[0]?.name ?? '';
    const paths = {
      Overview: '/',
      Matrix: '/matrix',
      Certificates: '/certificates',
      Rotations: '/rotations',
      Instances: '/instances',
      'An instance': instancePath('tikv', name),
      'A port': endpointPath('tikv', name, 'status'),
      Changes: '/changes',
      Checks: '/checks',
    };
    const sizes: Size[] = [];
    for (const [title, path] of Object.entries(paths)) {
      sizes.push(await sizeOf(browser, title, server.url + path));
    }
    return table(sizes);
  } finally {
    await server.close();
    for (const teardown of teardowns) {
      await teardown();
    }
  }
}

/** A slow machine paints after the network is idle. */
const firstText = `new Promise((resolve) => new PerformanceObserver((list) => {
  for (const { name, startTime } of list.getEntries()) {
    if (name === 'first-contentful-paint') resolve(startTime);
  }
}).observe({ type: 'paint', buffered: true }))`;

/** Requests for one view; their median counts. */
const negativeProbes = 5;

async function sizeOf(browser: Browser, view: string, url: string): Promise<Size> {
  const measured: Size[] = [];
  for (let negativeProbe = 0; negativeProbe < negativeProbes; negativeProbe++) {
    const context = await browser.newContext();
    const page = await context.newPage();
    const sizes: Promise<number>[] = [];
    let refresh = 0;
    page.on('requestfinished', (request) => {
      const size = request.sizes().then((one) => one.responseBodySize + one.responseHeadersSize);
      sizes.push(size);
      if (request.isNavigationRequest()) {
        size.then((bytes) => {
          refresh = bytes;
        });
      }
    });
    await page.goto(url, { waitUntil: 'networkidle' });
    const readable = Number(await page.evaluate(firstText));
    const bytes = (await Promise.all(sizes)).reduce((sum, one) => sum + one, 0);
    measured.push({ view, requests: sizes.length, bytes, readable, refresh });
    await context.close();
  }
  const [middle] = measured.sort((a, b) => a.readable - b.readable).slice(Math.floor(negativeProbes / 2));
  if (middle === undefined) {
    throw new TypeError('nothing was measured');
  }
  return middle;
}

function table(sizes: readonly Size[]): string {
  const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(bytes < 100_000 ? 1 : 0)} kB`;
  const rows = sizes.map(
    ({ view, requests, bytes, readable, refresh }) =>
      `| ${view} | ${requests} | ${kilobytes(bytes)} | ${kilobytes(refresh)} | ${Math.round(readable)} ms |`,
  );
  return `| view | requests | bytes | of them the view | readable after |\n| --- | --- | --- | --- | --- |\n${rows.join('\n')}\n`;
}
