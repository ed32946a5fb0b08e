import { shippedFile } from './package-files.js';

/** The version of package.json. */
export function readVersion(): string {
  return JSON.parse(shippedFile('package.json')).version;
}
