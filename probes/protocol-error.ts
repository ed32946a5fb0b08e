import { errorCode, errorMessage } from '../credentials/error-text.js';

/** The server answered, and the answer is not one in the protocol of the probe, or ended before it was complete. */
export class InvalidAnswer extends Error {
  override readonly name = 'InvalidAnswer';
  readonly code = 'INVALID_ANSWER';
  readonly hint = 'check which program listens on this port';
  readonly isIncomplete: boolean;

  constructor(message: string, { isIncomplete = false } = {}) {
    super(message);
    this.isIncomplete = isIncomplete;
  }
}

/**
 * True for an answer that breaks its protocol: ours, or an error of undici's parser. undici reports bytes that arrive
 * before the request as `bad response`, and gives some of its parser's errors no code.
 */
export function isProtocolError(error: unknown): boolean {
  const code = errorCode(error);
  return (
    error instanceof InvalidAnswer ||
    (error instanceof Error && error.name === 'HTTPParserError') ||
    /^HPE_|^UND_ERR_HEADERS_OVERFLOW$|^UND_ERR_RES_/.test(code) ||
    (code === 'UND_ERR_SOCKET' && errorMessage(error) === 'bad response')
  );
}
