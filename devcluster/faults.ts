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
  /** Sends no CertificateRequest. */
  'noCertificateRequest',
  /** Requests a certificate and accepts every client without verifying it. */
  'verifiesNothing',
  /** Any certificate of the CA will do. */
  'ignoresNames',
  /** Serves TLS, and plaintext beside it. */
  'plaintextToo',
] as const;

export type FaultName = (typeof faultNames)[number];
