import { type KeyObject, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import {
  type Certificate,
  type CertificateField,
  certificateFields,
  type KeyIdentifiers,
  type SubjectAltNames,
} from './certificate.js';
import {
  type CertificateParts,
  certificateParts,
  keyIdentifiersIn,
  keyUsageIn,
  subjectAltNamesIn,
} from './certificate-parts.js';
import { alternativeNamesIn, keyFingerprint, keyType, listed, oneLine, usageNames } from './certificate-text.js';

/**
 * A certificate of PEM or DER. Throws where OpenSSL finds none in it; of one that it finds, no field throws. What few
 * callers ask for is decoded whenever it is asked for, so that the chains of 10 000 ports stay cheap.
 */
export function readCertificate(bytes: string | Buffer): Certificate {
  return new LazyCertificate(new X509Certificate(bytes));
}

/** The DER form of the first certificate in PEM. Throws where OpenSSL finds none in it. */
export function derOf(pem: string | Buffer): Buffer {
  return new X509Certificate(pem).raw;
}

/**
 * The one place that asks Node's certificate for anything. Each getter of that may throw or give null for what a peer sent,
 * and which of the two depends on the release of Node.
 */
class LazyCertificate implements Certificate {
  readonly #x509: X509Certificate;
  #unreadable: Set<CertificateField> | undefined;
  /** Once every field was asked for. */
  #allUnreadable: readonly CertificateField[] | undefined;
  // Two that checks and metrics ask for at each evaluation, of every certificate of a bundle.
  #publicKeyFingerprint: string | undefined;
  #subjectDer: string | undefined;
  readonly fingerprint: string;
  readonly notBefore: Date;
  readonly notAfter: Date;

  constructor(x509: X509Certificate) {
    this.#x509 = x509;
    this.fingerprint = this.#read('fingerprint', () => x509.fingerprint256.replaceAll(':', '').toLowerCase(), '');
    this.notBefore = this.#read('notBefore', () => dateOf(x509.validFrom), new Date(0));
    this.notAfter = this.#read('notAfter', () => dateOf(x509.validTo), new Date(0));
  }

  get subject(): string {
    return this.#read('subject', () => oneLine(this.#x509.subject), '');
  }

  get issuer(): string {
    return this.#read('issuer', () => oneLine(this.#x509.issuer), '');
  }

  get subjectDer(): string {
    this.#subjectDer ??= this.#read('subjectDer', () => hex(this.#readParts().subject), '');
    return this.#subjectDer;
  }

  get commonNames(): readonly string[] {
    return this.#read('commonNames', () => this.#attribute('CN'), []);
  }

  get organizationalUnits(): readonly string[] {
    return this.#read('organizationalUnits', () => this.#attribute('OU'), []);
  }

  get subjectAltNames(): SubjectAltNames {
    return this.#read('subjectAltNames', () => this.#alternativeNames(), { dns: [], ip: [], uri: [], email: [] });
  }

  get keyUsage(): readonly string[] | undefined {
    return this.#read('keyUsage', () => keyUsageIn(this.#readParts()), undefined);
  }

  get extendedKeyUsage(): readonly string[] | undefined {
    return this.#read(
      'extendedKeyUsage',
      () => {
        const usages: readonly string[] | undefined = this.#x509.keyUsage;
        return usages?.map((oid) => usageNames[oid] ?? oid);
      },
      undefined,
    );
  }

  get isCertificateAuthority(): boolean {
    return this.#read('isCertificateAuthority', () => this.#x509.ca, false);
  }

  get serialNumber(): string {
    return this.#read('serialNumber', () => this.#x509.serialNumber.toLowerCase(), '');
  }

  get keyIdentifiers(): KeyIdentifiers {
    return this.#read('keyIdentifiers', () => keyIdentifiersIn(this.#readParts()), {});
  }

  get publicKey(): string {
    return this.#read('publicKey', () => keyType(this.#x509.publicKey), 'unknown');
  }

  get publicKeyDer(): string {
    return this.#read('publicKeyDer', () => hex(this.#x509.publicKey.export({ format: 'der', type: 'spki' })), '');
  }

  get publicKeyFingerprint(): string {
    this.#publicKeyFingerprint ??= keyFingerprint(this.publicKeyDer);
    return this.#publicKeyFingerprint;
  }

  get unreadable(): readonly CertificateField[] {
    this.#allUnreadable ??= certificateFields.filter((field) => {
      void this[field];
      return this.#unreadable?.has(field) === true;
    });
    return this.#allUnreadable;
  }

  get pem(): string {
    return this.#read('pem', () => this.#x509.toString(), '');
  }

  coversHost(host: string): boolean {
    const name = host.endsWith('.') ? host.slice(0, -1) : host;
    return holds(() =>
      // `10.0.0.1.` is no IP address.
      isIP(host) === 0
        ? this.#x509.checkHost(name, { subject: 'never', partialWildcards: false }) !== undefined
        : this.#x509.checkIP(host) !== undefined,
    );
  }

  coversHostByName(host: string): boolean {
    return holds(() => this.#x509.checkHost(host, { subject: 'always', partialWildcards: false }) !== undefined);
  }

  matchesKey(key: KeyObject): boolean {
    return holds(() => this.#x509.checkPrivateKey(key));
  }

  isSignedBy(issuer: Certificate): boolean {
    return #x509 in issuer && holds(() => this.#x509.verify(issuer.#x509.publicKey));
  }

  isIssuedBy(issuer: Certificate): boolean {
    return #x509 in issuer && holds(() => this.#x509.checkIssued(issuer.#x509)) && this.isSignedBy(issuer);
  }

  #read<Value>(field: CertificateField, get: () => Value, otherwise: Value): Value {
    try {
      return get();
    } catch {
      this.#unreadable ??= new Set();
      this.#unreadable.add(field);
      return otherwise;
    }
  }

  /** A subject of plain characters is read from its text; anything that may be escaped is left to the parser. */
  #attribute(name: 'CN' | 'OU'): readonly string[] {
    const subject = this.#x509.subject ?? '';
    if (!/^[\w .:@*/=\n-]*$/.test(subject)) {
      return listed(this.#x509.toLegacyObject().subject?.[name]);
    }
    const prefix = `${name}=`;
    return subject
      .split('\n')
      .filter((line) => line.startsWith(prefix))
      .map((line) => line.slice(prefix.length));
  }

  /** Malformed names are left to OpenSSL, which leaves out what it does not understand. */
  #alternativeNames(): SubjectAltNames {
    try {
      return subjectAltNamesIn(this.#readParts());
    } catch {
      const text: string | null | undefined = this.#x509.subjectAltName;
      return alternativeNamesIn(text === undefined ? '' : given(text));
    }
  }

  #readParts(): CertificateParts {
    return certificateParts(this.#x509.raw);
  }
}

/** False also where OpenSSL cannot answer, as for a kind of key that the signature cannot be of. */
function holds(ask: () => boolean): boolean {
  try {
    return ask();
  } catch {
    return false;
  }
}

/** Node gives null for an extension that is there and that OpenSSL cannot write as text. */
function given<Value>(value: Value | null): Value {
  if (value === null) {
    throw new TypeError('cannot be decoded');
  }
  return value;
}

function dateOf(text: string): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) {
    throw new RangeError('is no time');
  }
  return date;
}

function hex(bytes: Buffer): string {
  return bytes.toString('hex');
}
