import type { KeyIdentifiers, SubjectAltNames } from './certificate.js';
import { keyUsageNames } from './certificate-text.js';
import { type DerElement, derElements, derSequence, onlyContents } from './der.js';

/** Of a certificate what Node does not give, or gives as text alone (RFC 5280, 4.1). */
export interface CertificateParts {
  readonly subject: Buffer;
  readonly extensions: readonly DerElement[];
}

const tags = {
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  version: 0xa0,
  extensions: 0xa3,
  email: 0x81,
  dns: 0x82,
  uri: 0x86,
  ip: 0x87,
  keyIdentifier: 0x80,
  authoritySerial: 0x82,
} as const;

/** The contents of the object identifiers 2.5.29.x in hex. */
const identifiers = { subjectKey: '551d0e', keyUsage: '551d0f', subjectAltName: '551d11', authorityKey: '551d23' };

/** Throws where the bytes are no certificate in DER. The extensions are not decoded. */
export function certificateParts(der: Buffer): CertificateParts {
  const [tbs] = derSequence(der);
  const fields = derSequence(tbs?.whole ?? der);
  // Serial number, signature, issuer and validity precede the subject; the version is absent in version 1.
  const subject = fields[fields[0]?.tag === tags.version ? 5 : 4];
  if (subject === undefined) {
    throw new TypeError('has no subject');
  }
  const extensions = fields.find(({ tag }) => tag === tags.extensions);
  return { subject: subject.whole, extensions: extensions === undefined ? [] : derSequence(extensions.contents) };
}

/** The value of an extension; undefined where it is absent. */
function extension({ extensions }: CertificateParts, identifier: string): Buffer | undefined {
  const fields = extensions
    .map(({ contents }) => derElements(contents))
    .find(([oid]) => oid?.tag === tags.objectIdentifier && oid.contents.toString('hex') === identifier);
  return fields && onlyContents(fields.at(-1)?.whole ?? Buffer.alloc(0), tags.octetString);
}

/** Throws where the extension is malformed, as the functions below do. */
export function subjectAltNamesIn(parts: CertificateParts): SubjectAltNames {
  const value = extension(parts, identifiers.subjectAltName);
  const names = value === undefined ? [] : derSequence(value);
  const of = (tag: number) => names.filter((name) => name.tag === tag).map(({ contents }) => contents);
  const texts = (tag: number) => of(tag).map((bytes) => bytes.toString('latin1'));
  return { dns: texts(tags.dns), ip: of(tags.ip).map(addressText), uri: texts(tags.uri), email: texts(tags.email) };
}

/** An IPv4 or IPv6 address as text; IPv6 as in RFC 5952. */
function addressText(bytes: Buffer): string {
  if (bytes.length === 4) {
    return bytes.join('.');
  }
  if (bytes.length !== 16) {
    throw new TypeError('is no IP address');
  }
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(2 * index).toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

export function keyUsageIn(parts: CertificateParts): readonly string[] | undefined {
  const value = extension(parts, identifiers.keyUsage);
  if (value === undefined) {
    return undefined;
  }
  // The first byte says how many bits at the end are unused; they are 0.
  const [, ...bits] = onlyContents(value, tags.bitString);
  return keyUsageNames.filter((_, index) => ((bits[index >> 3] ?? 0) & (0x80 >> (index & 7))) !== 0);
}

export function keyIdentifiersIn(parts: CertificateParts): KeyIdentifiers {
  const subject = extension(parts, identifiers.subjectKey);
  const authority = extension(parts, identifiers.authorityKey);
  const fields = authority === undefined ? [] : derSequence(authority);
  const field = (tag: number) => hex(fields.find((one) => one.tag === tag)?.contents);
  return {
    subject: hex(subject && onlyContents(subject, tags.octetString)),
    authority: field(tags.keyIdentifier),
    authoritySerial: field(tags.authoritySerial)?.replace(/^(00)+(?=.)/, ''),
  };
}

function hex(bytes: Buffer | undefined): string | undefined {
  return bytes === undefined || bytes.length === 0 ? undefined : bytes.toString('hex');
}
