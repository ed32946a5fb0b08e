/** What OpenSSL's codes mean, and Node's for names: the words that stand beside a code wherever one is printed. */
const words: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'a certificate of the chain has expired',
  CERT_NOT_YET_VALID: 'a certificate of the chain is not valid yet',
  UNABLE_TO_GET_ISSUER_CERT: 'the issuer of a CA in the chain is not in the CA file',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the issuer of the certificate is not in the CA file',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the issuer of the certificate is neither in the chain nor in the CA file',
  SELF_SIGNED_CERT_IN_CHAIN: 'the root of the chain is not in the CA file',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is self-signed and not in the CA file',
  CERT_SIGNATURE_FAILURE: 'a CA of the same name has another key',
  INVALID_PURPOSE: 'the certificate is not for use in this role',
  INVALID_CA: 'an issuer of the chain is not a CA',
  PATH_LENGTH_EXCEEDED: 'a CA does not permit so many CAs below it',
  EE_KEY_TOO_SMALL: 'the key of the certificate is too short',
  CA_KEY_TOO_SMALL: 'the key of a CA is too short',
  CA_MD_TOO_WEAK: 'a signature uses a weak digest, such as SHA-1',
  UNSPECIFIED: 'OpenSSL gives no reason, as for an extension that it does not accept',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate does not cover the address dialled',
};

export function wordsOfCode(code: string): string | undefined {
  return words[code];
}

/** `INVALID_PURPOSE, the certificate is not for use in this role`; any other text as it is. */
export function codeText(code: string): string {
  const meaning = words[code];
  return meaning === undefined ? code : `${code}, ${meaning}`;
}
