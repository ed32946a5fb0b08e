import { wordsOfCode } from '../../credentials/verifiers/code-words.js';
import type { CauseName } from './cause.js';

/** What a TLS implementation or a server says of a rejection, what it means, and what to do. */
export interface Reason {
  /** The code, or the name of a TLS alert or of a status. */
  readonly code: string;
  readonly from: 'OpenSSL' | 'Go' | 'TLS alert' | 'gRPC status' | 'HTTP status' | 'connection';
  /** Continues "because": a clause. */
  readonly words: string;
  /** The usual cause; which one it is depends on the other evidence. */
  readonly cause: CauseName;
  readonly fix: string;
}

const otherIssuer = {
  cause: 'other-ca',
  fix: 'compare the CA files of both sides by fingerprint; append a missing intermediate to the certificate file, or install a certificate of the CA that the other side trusts',
} as const;
const expired = {
  cause: 'certificate-expired',
  fix: 'renew the certificate; where the file is renewed already, make the port load it',
} as const;
const notYetValid = {
  cause: 'certificate-not-yet-valid',
  fix: 'compare the clocks of both hosts and of the CA',
} as const;
const usage = {
  cause: 'usage-missing',
  fix: 'issue the certificate again with the extended key usages serverAuth and clientAuth, from a CA that is for both',
} as const;
const names = {
  cause: 'names-missing',
  fix: 'issue the certificate again with the address that callers dial among its SANs',
} as const;
const badCa = {
  cause: 'certificate-rejected',
  fix: 'issue the CA or the intermediate again, with basicConstraints CA:TRUE, keyCertSign and a path length that suffices',
} as const;
const weak = {
  cause: 'certificate-rejected',
  fix: 'issue the certificate again with RSA 2048 or ECDSA P-256, and SHA-256',
} as const;
const again = {
  cause: 'certificate-rejected',
  fix: 'issue the certificate again, with software that encodes its fields correctly',
} as const;
const listed = {
  cause: 'caller-not-listed',
  fix: 'compare the Common Name with the allow-list of the port; where the list holds it, restart the component',
} as const;

type Remedy = Pick<Reason, 'cause' | 'fix'>;

function openssl(code: string, remedy: Remedy): Reason {
  return { code, from: 'OpenSSL', words: wordsOfCode(code) ?? code, ...remedy };
}

/** Closed table, rendered into docs/checks.md. A code that is not in it is printed with its own words. */
export const reasons: readonly Reason[] = [
  openssl('CERT_HAS_EXPIRED', expired),
  { code: 'expired', from: 'Go', words: 'a certificate of the chain has expired or is not valid yet', ...expired },
  openssl('CERT_NOT_YET_VALID', notYetValid),
  openssl('UNABLE_TO_GET_ISSUER_CERT', otherIssuer),
  openssl('UNABLE_TO_GET_ISSUER_CERT_LOCALLY', otherIssuer),
  openssl('UNABLE_TO_VERIFY_LEAF_SIGNATURE', otherIssuer),
  openssl('SELF_SIGNED_CERT_IN_CHAIN', otherIssuer),
  openssl('DEPTH_ZERO_SELF_SIGNED_CERT', otherIssuer),
  openssl('CERT_SIGNATURE_FAILURE', otherIssuer),
  { code: 'unknown-authority', from: 'Go', words: 'no CA of the CA file issued the certificate', ...otherIssuer },
  openssl('INVALID_PURPOSE', usage),
  { code: 'usage', from: 'Go', words: 'the certificate or its CA is not for use in this role', ...usage },
  openssl('ERR_TLS_CERT_ALTNAME_INVALID', names),
  { code: 'name', from: 'Go', words: 'the certificate does not cover the address dialled', ...names },
  openssl('INVALID_CA', badCa),
  openssl('PATH_LENGTH_EXCEEDED', badCa),
  { code: 'constraint', from: 'Go', words: 'a CA of the chain does not permit the name or the usage', ...badCa },
  openssl('EE_KEY_TOO_SMALL', weak),
  openssl('CA_KEY_TOO_SMALL', weak),
  openssl('CA_MD_TOO_WEAK', weak),
  openssl('UNSPECIFIED', again),
  { code: 'other', from: 'Go', words: 'Go rejects a field of the certificate', ...again },
  {
    code: 'bad_certificate',
    from: 'TLS alert',
    words: 'the server does not accept the certificate; Go sends this for a name, an issuer and a date alike',
    ...listed,
  },
  { code: 'unsupported_certificate', from: 'TLS alert', words: 'the certificate is not for use as a client', ...usage },
  {
    code: 'certificate_expired',
    from: 'TLS alert',
    words: 'the certificate has expired by the clock of the server',
    ...expired,
  },
  {
    code: 'certificate_unknown',
    from: 'TLS alert',
    words: 'the server does not accept the certificate, for a reason that it does not give',
    ...otherIssuer,
  },
  {
    code: 'unknown_ca',
    from: 'TLS alert',
    words: 'the server does not trust the CA of the certificate',
    ...otherIssuer,
  },
  { code: 'access_denied', from: 'TLS alert', words: 'the server does not authorize the certificate', ...listed },
  {
    code: 'certificate_required',
    from: 'TLS alert',
    words: 'the server requires a certificate, and the client presented none',
    cause: 'agent-certificate',
    fix: 'set ca-path, cert-path and key-path of the client',
  },
  {
    code: 'handshake_failure',
    from: 'TLS alert',
    words: 'client and server share no parameters, or the server requires a certificate',
    cause: 'caller-rejected',
    fix: 'compare the TLS versions and cipher suites of both; read the log of the server',
  },
  {
    code: 'protocol_version',
    from: 'TLS alert',
    words: 'client and server share no TLS version',
    cause: 'caller-rejected',
    fix: 'permit TLS 1.2 or later on both sides',
  },
  {
    code: 'no_application_protocol',
    from: 'TLS alert',
    words: 'the server does not speak the application protocol of the client',
    cause: 'alpn-missing',
    fix: 'find out what listens there; a gRPC port has to offer h2 by ALPN',
  },
  {
    code: 'internal_error',
    from: 'TLS alert',
    words: 'the server cannot load its own certificate and key',
    cause: 'key-mismatch',
    fix: 'correct certificate and key of the server on disk; the next connection reads them',
  },
  {
    code: 'UNAUTHENTICATED',
    from: 'gRPC status',
    words: 'the running process compares the Common Name with its allow-list, and does not find it',
    ...listed,
  },
  {
    code: 'PERMISSION_DENIED',
    from: 'gRPC status',
    words: 'the running process compares the Common Name with its allow-list, and does not find it',
    ...listed,
  },
  {
    code: '403',
    from: 'HTTP status',
    words: 'the running process compares the Common Name with its allow-list, and does not find it',
    ...listed,
  },
  {
    code: 'close',
    from: 'connection',
    words:
      'the server closed the connection without an alert, as TiKV and TiFlash do for a certificate that they do not trust',
    ...otherIssuer,
  },
];

const byCode = new Map(reasons.map((reason) => [reason.code, reason]));

export function reasonOf(code: unknown): Reason | undefined {
  return byCode.get(String(code));
}
