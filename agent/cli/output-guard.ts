import { withoutKeys } from '../../credentials/without-keys.js';

/** From here on no private key leaves by this stream, whoever writes to it. */
export function guardOutput(stream: NodeJS.WriteStream): void {
  const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
  stream.write = (chunk: unknown, ...rest: unknown[]) =>
    write(typeof chunk === 'string' ? withoutKeys(chunk) : chunk, ...rest);
}
