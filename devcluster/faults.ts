/** The faults that a port of the dev cluster can be given. */
export type FaultName =
  | 'keepOldCertificate'
  | 'plaintext'
  | 'silent'
  | 'slow'
  | 'rejectCaller'
  | 'serveExpired'
  | 'serveOtherCa'
  | 'serveOtherName'
  | 'internalError'
  | 'down'
  /** Sends no CertificateRequest. */
  | 'requestsNoCertificate'
  /** Requests a certificate, verifies nothing, accepts every client. */
  | 'verifiesNothing'
  /** Accepts every certificate of the CA. */
  | 'ignoresNames'
  /** Serves TLS and also plaintext. */
  | 'plaintextToo';
