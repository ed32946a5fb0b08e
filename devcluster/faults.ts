/** The faults that a port of the dev cluster can be given. */
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
  'requestsNoCertificate',
  /** Requests a certificate, verifies nothing, accepts every client. */
  'verifiesNothing',
  /** Accepts every certificate of the CA. */
  'ignoresNames',
  /** Serves TLS and also plaintext. */
  'plaintextToo',
] as const;

export type FaultName = (typeof faultNames)[number];
