import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto);

export interface IssueOptions {
  /** Several make a subject with several CNs, in this order; undefined makes none. */
  readonly commonName: string | readonly string[] | undefined;
  readonly dns?: readonly string[] | undefined;
  readonly ip?: readonly string[] | undefined;
  readonly uri?: readonly string[] | undefined;
  readonly email?: readonly string[] | undefined;
  /** Extended key usages; both when left out, no extension at all when empty. */
  readonly usages?: readonly ('serverAuth' | 'clientAuth')[] | undefined;
  readonly notBefore?: Date | undefined;
  readonly notAfter?: Date | undefined;
  readonly algorithm?: Algorithm | undefined;
  readonly organization?: string | undefined;
}

export interface Issued {
  readonly certificatePem: string;
  /** PKCS#8. */
  readonly keyPem: string;
}

interface AuthorityOptions {
  readonly commonName?: string | undefined;
  readonly notBefore?: Date | undefined;
  readonly notAfter?: Date | undefined;
  readonly algorithm?: 'ec' | 'rsa' | undefined;
}

const day = 86_400_000;
const algorithms = {
  ec: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  ec521: { name: 'ECDSA', namedCurve: 'P-521', hash: 'SHA-512' },
  rsa: { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' },
} as const;
type Algorithm = keyof typeof algorithms;
const usageOids = { serverAuth: '1.3.6.1.5.5.7.3.1', clientAuth: '1.3.6.1.5.5.7.3.2' } as const;

/** A certificate authority in memory, only for development and tests. */
export class Authority {
  readonly certificatePem: string;
  readonly keyPem: string;
  readonly #certificate: x509.X509Certificate;
  readonly #keys: webcrypto.CryptoKeyPair;
  readonly #algorithm: 'ec' | 'rsa';

  private constructor(
    certificate: x509.X509Certificate,
    keys: webcrypto.CryptoKeyPair,
    keyPem: string,
    algorithm: 'ec' | 'rsa',
  ) {
    this.#certificate = certificate;
    this.#keys = keys;
    this.#algorithm = algorithm;
    this.certificatePem = `${certificate.toString('pem')}\n`;
    this.keyPem = keyPem;
  }

  /** A self-signed root. */
  static async create(options: AuthorityOptions = {}): Promise<Authority> {
    const algorithm = options.algorithm ?? 'ec';
    return Authority.#selfSigned(await generateKeys(algorithm), algorithm, options);
  }

  /** The same CA with another certificate: name and key stay. */
  async renewed(options: Pick<AuthorityOptions, 'notBefore' | 'notAfter'> = {}): Promise<Authority> {
    const commonName = this.#certificate.subjectName.getField('CN')[0];
    return Authority.#selfSigned(this.#keys, this.#algorithm, { ...options, commonName });
  }

  static async #selfSigned(
    keys: webcrypto.CryptoKeyPair,
    algorithm: 'ec' | 'rsa',
    options: AuthorityOptions,
  ): Promise<Authority> {
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: serial(),
      name: nameOf(options.commonName ?? 'Development CA', undefined),
      ...validity(options.notBefore, options.notAfter, 3650),
      signingAlgorithm: algorithms[algorithm],
      keys: keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    return new Authority(certificate, keys, await exportKey(keys), algorithm);
  }

  async issue(options: IssueOptions): Promise<Issued> {
    const keys = await generateKeys(options.algorithm ?? this.#algorithm);
    const names = [
      ...(options.dns ?? []).map((value) => ({ type: 'dns' as const, value })),
      ...(options.ip ?? []).map((value) => ({ type: 'ip' as const, value })),
      ...(options.uri ?? []).map((value) => ({ type: 'url' as const, value })),
      ...(options.email ?? []).map((value) => ({ type: 'email' as const, value })),
    ];
    const usages = options.usages ?? ['serverAuth', 'clientAuth'];
    const certificate = await this.#sign(keys, nameOf(options.commonName, options.organization), options, [
      new x509.BasicConstraintsExtension(false),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      ...(usages.length === 0 ? [] : [new x509.ExtendedKeyUsageExtension(usages.map((usage) => usageOids[usage]))]),
      ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]),
    ]);
    return { certificatePem: `${certificate.toString('pem')}\n`, keyPem: await exportKey(keys) };
  }

  /** An intermediate CA of this one. Its `issue` returns only the leaf; append `certificatePem` for a chain. */
  async intermediate(commonName: string): Promise<Authority> {
    const keys = await generateKeys(this.#algorithm);
    const certificate = await this.#sign(keys, nameOf(commonName, undefined), { commonName }, [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ]);
    return new Authority(certificate, keys, await exportKey(keys), this.#algorithm);
  }

  async #sign(
    keys: webcrypto.CryptoKeyPair,
    subject: x509.JsonName,
    options: IssueOptions,
    extensions: readonly x509.Extension[],
  ): Promise<x509.X509Certificate> {
    return x509.X509CertificateGenerator.create({
      serialNumber: serial(),
      subject,
      issuer: this.#certificate.subjectName.toJSON(),
      ...validity(options.notBefore, options.notAfter, 365),
      signingAlgorithm: algorithms[this.#algorithm],
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      extensions: [
        ...extensions,
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
        await x509.AuthorityKeyIdentifierExtension.create(this.#keys.publicKey),
      ],
    });
  }
}

function generateKeys(algorithm: Algorithm): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithms[algorithm], true, [
    'sign',
    'verify',
  ]) as Promise<webcrypto.CryptoKeyPair>;
}

async function exportKey(keys: webcrypto.CryptoKeyPair): Promise<string> {
  const bytes = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return `${x509.PemConverter.encode(bytes, 'PRIVATE KEY')}\n`;
}

function nameOf(commonName: IssueOptions['commonName'], organization: string | undefined): x509.JsonName {
  const commonNames = commonName === undefined ? [] : typeof commonName === 'string' ? [commonName] : commonName;
  const named = (type: 'O' | 'CN') => (value: string) => ({ [type]: [exactly(value)] });
  const names = [...(organization === undefined ? [] : [named('O')(organization)]), ...commonNames.map(named('CN'))];
  // The types of the library allow texts or objects, not both.
  return names as x509.JsonName;
}

/** The library parses plain text, in which quotes, `#` and backslashes have a meaning. This form is taken literally. */
function exactly(value: string) {
  return /^[\w .:@*/-]*$/.test(value) ? value : { utf8String: value };
}

function validity(notBefore: Date | undefined, notAfter: Date | undefined, days: number) {
  // An hour of slack for different clocks.
  const start = notBefore ?? new Date(Date.now() - 3_600_000);
  return { notBefore: start, notAfter: notAfter ?? new Date(Date.now() + days * day) };
}

function serial(): string {
  const bytes = randomBytes(16);
  // A serial number is a positive integer of RFC 5280: the sign bit stays clear and the first byte is not zero.
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}
