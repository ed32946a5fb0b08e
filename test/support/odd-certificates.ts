import 'reflect-metadata';
import { webcrypto, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { Authority, Issued } from '../../certs-dev/authority.js';

const ec = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const smallRsa = {
  name: 'RSASSA-PKCS1-v1_5',
  modulusLength: 512,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: 'SHA-256',
};

/** The OID of the subject alternative name. */
export const subjectAltName = '2.5.29.17';

/** A self-signed certificate whose SAN, or whatever the OID names, is these bytes instead of what belongs there. */
export async function withExtension(oid: string, value: Uint8Array<ArrayBuffer>): Promise<Issued> {
  const keys = await webcrypto.subtle.generateKey(ec, true, ['sign', 'verify']);
  return await selfSigned(ec, keys, [new x509.Extension(oid, false, value)]);
}

/** A pair that parses and matches, with an RSA key of 512 bits, which OpenSSL does not load. */
export async function tooSmall(): Promise<Issued> {
  const keys = await webcrypto.subtle.generateKey(smallRsa, true, ['sign', 'verify']);
  return await selfSigned(smallRsa, keys, []);
}

async function selfSigned(
  signingAlgorithm: typeof ec | typeof smallRsa,
  keys: webcrypto.CryptoKeyPair,
  extensions: readonly x509.Extension[],
): Promise<Issued> {
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=odd',
    signingAlgorithm,
    keys,
    extensions: [...extensions],
  });
  return { certificatePem: `${certificate.toString('pem')}\n`, keyPem: await pemOf(keys.privateKey) };
}

/** A leaf of this CA without key identifiers, or whose authority key identifier names the serial of the CA's certificate. */
export async function leafOf(root: Authority, subject: string, identifiers: 'none' | 'serial'): Promise<Issued> {
  const issuer = new x509.X509Certificate(root.certificatePem);
  const { keyPem } = root;
  const pkcs8 = Buffer.from(keyPem.replace(/-----.*?-----|\s/g, ''), 'base64');
  const keys = await webcrypto.subtle.generateKey(ec, true, ['sign', 'verify']);
  const { serialNumber, issuerName } = issuer;
  const name = new x509.GeneralNames([{ type: 'dn', value: issuerName.toString() }]);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: '1234',
    notBefore: new Date(Date.now() - 3_600_000),
    subject,
    issuer: issuer.subject,
    signingAlgorithm: ec,
    publicKey: keys.publicKey,
    signingKey: await webcrypto.subtle.importKey('pkcs8', pkcs8, ec, false, ['sign']),
    extensions: [
      new x509.SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }]),
      ...(identifiers === 'none' ? [] : [await x509.AuthorityKeyIdentifierExtension.create({ name, serialNumber })]),
    ],
  });
  return { certificatePem: `${certificate.toString('pem')}\n`, keyPem: await pemOf(keys.privateKey) };
}

async function pemOf(key: webcrypto.CryptoKey): Promise<string> {
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${pkcs8.replace(/(.{64})/g, '$1\n')}\n-----END PRIVATE KEY-----\n`;
}

/** A leaf below so many intermediates, all of which are sent. */
export async function longChain(root: Authority, length: number): Promise<Issued> {
  let issuer = root;
  let chain = '';
  for (let index = 0; index < length; index++) {
    issuer = await issuer.intermediate(`Intermediate ${index}`);
    chain = issuer.certificatePem + chain;
  }
  const leaf = await issuer.issue({ commonName: 'deep', dns: ['localhost'], ip: ['127.0.0.1'] });
  return { certificatePem: leaf.certificatePem + chain, keyPem: leaf.keyPem };
}

/** The certificate with a public key of an algorithm that no library knows; its signature does not fit any more. */
export function withUnknownKey({ certificatePem }: Issued): string {
  const ecPublicKey = '2a8648ce3d0201';
  const hex = new X509Certificate(certificatePem).raw.toString('hex').replace(ecPublicKey, '2a8648ce3d0279');
  return `-----BEGIN CERTIFICATE-----\n${Buffer.from(hex, 'hex').toString('base64')}\n-----END CERTIFICATE-----\n`;
}
