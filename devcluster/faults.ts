/** How a port of the dev cluster can be told to misbehave. */
export const faultNames = [
  'keepOldCertificate',
  'plaintext',
  'silent',
  'slow',
  'rejectCaller',
  'serveExpired',
  'serveOtherCa',
  'serveOtherName',
  'internalError',
  'down',
  /** Asks nobody for a certificate. */
  'asksNobody',
  /** Asks, verifies nothing, lets in. */
  'verifiesNothing',
  /** Any certificate of the CA will do. */
  'ignoresNames',
  /** Serves TLS, and plaintext beside it. */
  'plaintextToo',
] as const;

export type FaultName = (typeof faultNames)[number];
