import { createHash } from 'node:crypto';
import { icon, script, style } from './assets.js';

interface Asset {
  readonly type: string;
  readonly body: string;
}

/** The path contains a hash of the content, so that browsers may cache a file for ever. */
function named(name: string, extension: string, body: string): string {
  return `/page/${name}-${createHash('sha256').update(body).digest('hex').slice(0, 10)}.${extension}`;
}

export const paths = {
  style: named('style', 'css', style),
  script: named('refresh', 'js', script),
  icon: named('icon', 'svg', icon),
} as const;

/** By path. */
export const assets: ReadonlyMap<string, Asset> = new Map([
  [paths.style, { type: 'text/css; charset=utf-8', body: style }],
  [paths.script, { type: 'text/javascript; charset=utf-8', body: script }],
  [paths.icon, { type: 'image/svg+xml', body: icon }],
]);
