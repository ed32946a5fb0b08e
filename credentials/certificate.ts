import 'reflect-metadata';
import type { KeyObject, X509Certificate } from 'node:crypto';
import * as peculiar from '@peculiar/x509';
import { shortened } from './shortened.js';

/** The facts of one certificate that a person or a check needs (RFC 5280 terms). */
export interface Certificate {
  /** One line, in the order of the certificate: `O=PingCAP, OU=TiUP, CN=tikv`. */
  readonly subject: string;
  readonly issuer: string;
  /** The subject as in the certificate, DER in hex: what a server names in its CertificateRequest. */
  readonly subjectDer: string;
  /** Every CN of the subject in the order of the certificate: Go compares the last, TiKV the first. */
  readonly commonNames: readonly string[];
  readonly organizationalUnits: readonly string[];
  readonly subjectAltNames: SubjectAltNames;
  /** RFC 5280 names (`digitalSignature`, `keyCertSign` …); undefined when the extension is absent. */
  readonly keyUsage: readonly string[] | undefined;
  /** `serverAuth`, `clientAuth`, or an OID; undefined when the extension is absent (good for both roles). */
  readonly extendedKeyUsage: readonly string[] | undefined;
  readonly isCertificateAuthority: boolean;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly serialNumber: string;
  /** SHA-256 of the DER form, lower-case hex without separators. */
  readonly fingerprint: string;
  /** `EC P-256`, `RSA 2048`, `Ed25519`. */
  readonly publicKey: string;
  readonly x509: X509Certificate;
}

export interface SubjectAltNames {
  readonly dns: readonly string[];
  readonly ip: readonly string[];
  readonly uri: readonly string[];
  readonly email: readonly string[];
}

const usageNames: Readonly<Record<string, string>> = {
  '1.3.6.1.5.5.7.3.1': 'serverAuth',
  '1.3.6.1.5.5.7.3.2': 'clientAuth',
};

/** Reads the facts. What few callers ask for is parsed when asked, so that the chains of 10 000 ports stay cheap. */
export function describeCertificate(x509: X509Certificate): Certificate {
  return new LazyCertificate(x509);
}

class LazyCertificate implements Certificate {
  readonly x509: X509Certificate;
  readonly fingerprint: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Null where it could not be parsed. */
  #parsed: peculiar.X509Certificate | null | undefined;

  constructor(x509: X509Certificate) {
    this.x509 = x509;
    this.fingerprint = x509.fingerprint256.replaceAll(':', '').toLowerCase();
    this.notBefore = new Date(x509.validFrom);
    this.notAfter = new Date(x509.validTo);
  }

  get subject(): string {
    return oneLine(this.x509.subject);
  }

  get issuer(): string {
    return oneLine(this.x509.issuer);
  }

  get subjectDer(): string {
    const details = this.#details();
    return details === undefined ? '' : Buffer.from(details.subjectName.toArrayBuffer()).toString('hex');
  }

  get commonNames(): readonly string[] {
    return this.#attribute('CN');
  }

  get organizationalUnits(): readonly string[] {
    return this.#attribute('OU');
  }

  get subjectAltNames(): SubjectAltNames {
    const details = this.#details();
    if (details === undefined) {
      return alternativeNamesIn(this.x509.subjectAltName ?? '');
    }
    const names = details.getExtension(peculiar.SubjectAlternativeNameExtension)?.names.items ?? [];
    const of = (type: string) => names.filter((name) => name.type === type).map((name) => name.value);
    return { dns: of('dns'), ip: of('ip'), uri: of('url'), email: of('email') };
  }

  get keyUsage(): readonly string[] | undefined {
    const usages = this.#details()?.getExtension(peculiar.KeyUsagesExtension)?.usages;
    return usages === undefined
      ? undefined
      : keyUsageNames.filter((name) => (usages & peculiar.KeyUsageFlags[name]) !== 0);
  }

  get extendedKeyUsage(): readonly string[] | undefined {
    const usages: readonly string[] | undefined = this.x509.keyUsage;
    return usages?.map((oid) => usageNames[oid] ?? oid);
  }

  get isCertificateAuthority(): boolean {
    return this.x509.ca;
  }

  get serialNumber(): string {
    return this.x509.serialNumber.toLowerCase();
  }

  get publicKey(): string {
    const { asymmetricKeyType, asymmetricKeyDetails } = keyOf(this.x509) ?? {};
    switch (asymmetricKeyType) {
      case 'ec':
        return `EC ${curveNames[asymmetricKeyDetails?.namedCurve ?? ''] ?? asymmetricKeyDetails?.namedCurve ?? ''}`;
      case 'rsa':
        return `RSA ${asymmetricKeyDetails?.modulusLength ?? ''}`;
      default:
        return asymmetricKeyType ?? 'unknown';
    }
  }

  /** A subject of plain characters is read from its text; anything that may be escaped is left to the parser. */
  #attribute(name: 'CN' | 'OU'): readonly string[] {
    const subject = this.x509.subject ?? '';
    if (!/^[\w .:@*/=\n-]*$/.test(subject)) {
      return listed(this.x509.toLegacyObject().subject?.[name]);
    }
    const prefix = `${name}=`;
    return subject
      .split('\n')
      .filter((line) => line.startsWith(prefix))
      .map((line) => line.slice(prefix.length));
  }

  /**
   * Undefined where the parser gives up, as on thousands of names or on extensions that are no ASN.1. OpenSSL has read
   * the certificate, or there would be none, and its verdict counts; a peer must not end the process by what it sends.
   */
  #details(): peculiar.X509Certificate | undefined {
    if (this.#parsed === undefined) {
      try {
        const parsed = new peculiar.X509Certificate(this.x509.raw);
        // Each extension is parsed here, or not at all.
        this.#parsed = parsed.extensions.length >= 0 ? parsed : null;
      } catch {
        this.#parsed = null;
      }
    }
    return this.#parsed ?? undefined;
  }
}

/** Undefined where OpenSSL read the certificate but cannot make a key of what is in it. */
function keyOf(x509: X509Certificate): KeyObject | undefined {
  try {
    return x509.publicKey;
  } catch {
    return undefined;
  }
}

/** `DNS:a, IP Address:10.0.0.1, URI:b` as Node writes it; a value with odd characters is in quotes there. */
function alternativeNamesIn(text: string): SubjectAltNames {
  const entries = text.match(/(?:[^,"]|"(?:[^"\\]|\\.)*")+/g) ?? [];
  const of = (kind: string) =>
    entries
      .map((entry) => entry.trim())
      .filter((entry) => entry.startsWith(kind))
      .map((entry) => entry.slice(kind.length));
  return { dns: of('DNS:'), ip: of('IP Address:'), uri: of('URI:'), email: of('email:') };
}

const keyUsageNames = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
] as const;

const curveNames: Readonly<Record<string, string>> = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' };

/** Node gives one value as it is, several as a list. */
function listed(value: unknown): readonly string[] {
  return value === undefined ? [] : [value].flat().map(String);
}

/** Longer than any name that a person gave. */
const longestName = 512;

/** Node writes one attribute a line, with line breaks inside values escaped. */
function oneLine(name: string | undefined): string {
  return shortened((name ?? '').split('\n').join(', '), longestName);
}
