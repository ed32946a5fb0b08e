import { withoutKeys } from '../../credentials/without-keys.js';

/** Removes private keys from everything that is written to the stream. */
export function guardOutput(stream: NodeJS.WriteStream): void {
  const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
  stream.write = (chunk: unknown, ...rest: unknown[]) =>
    write(typeof chunk === 'string' ? withoutKeys(chunk) : chunk, ...rest);
}
