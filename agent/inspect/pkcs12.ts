import { errorMessage } from '../../credentials/error-text.js';

/** Certificates and keys (PKCS#8) of a store, in DER. */
export interface Pkcs12 {
  readonly certificates: readonly Buffer[];
  readonly keys: readonly Buffer[];
}

/**
 * Opens a PKCS#12 store of any age: AES of OpenSSL 3, and the RC2 and triple DES of Java, Windows and cert-manager,
 * which OpenSSL 3 itself no longer reads. The library is loaded when it is needed. Never throws.
 */
export async function readPkcs12(
  bytes: Buffer,
  password: string,
): Promise<Pkcs12 | { readonly message: string; readonly remediation: string }> {
  const { asn1, pkcs12, pki, util } = (await import('node-forge')).default;
  const der = (value: Parameters<typeof asn1.toDer>[0]) => Buffer.from(asn1.toDer(value).getBytes(), 'binary');
  let tree: ReturnType<typeof asn1.fromDer>;
  try {
    tree = asn1.fromDer(util.createBuffer(bytes.toString('binary')));
  } catch {
    return { message: 'is neither certificate, key nor PKCS#12', remediation: 'name PEM, DER or PKCS#12' };
  }
  try {
    const store = pkcs12.pkcs12FromAsn1(tree, false, password);
    const bags = store.safeContents.flatMap(({ safeBags }) => safeBags);
    return {
      certificates: bags
        .filter(({ type }) => type === pki.oids.certBag)
        .map((bag) => der(bag.cert === undefined || bag.cert === null ? bag.asn1 : pki.certificateToAsn1(bag.cert))),
      keys: bags
        .filter(({ type }) => type === pki.oids.keyBag || type === pki.oids.pkcs8ShroudedKeyBag)
        .map((bag) =>
          der(
            bag.key === undefined || bag.key === null ? bag.asn1 : pki.wrapRsaPrivateKey(pki.privateKeyToAsn1(bag.key)),
          ),
        ),
    };
  } catch (error: unknown) {
    const isPassword = /password|MAC/i.test(errorMessage(error));
    return isPassword
      ? password === ''
        ? { message: 'needs a password', remediation: 'name the file with its password: --password-file' }
        : { message: 'the password is wrong', remediation: 'check --password-file' }
      : { message: 'is neither certificate, key nor PKCS#12', remediation: 'name PEM, DER or PKCS#12' };
  }
}
