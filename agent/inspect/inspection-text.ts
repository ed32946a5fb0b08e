import { authorityName } from '../../credentials/authority-name.js';
import type { Certificate } from '../../credentials/certificate.js';
import { printable } from '../terminal/printable.js';
import { type Colour, coloured, type Terminal } from '../terminal/terminal.js';
import { wrap } from '../terminal/wrap.js';
import { acceptanceInWords } from './acceptance.js';
import type { Unread } from './contents.js';
import type { InspectedCertificate, Inspection } from './correlation.js';
import type { Port } from './port.js';
import { validityInWords, validityOf } from './validity.js';

interface Report {
  readonly inspection: Inspection;
  readonly ports: readonly Port[];
  readonly unread: readonly Unread[];
  readonly now: Date;
}

const labelWidth = 11;

/** Certificates as a tree, each below its issuer, with its fields; then ports, keys without a certificate, and unread sources. */
export function renderInspection(report: Report, terminal: Terminal): string {
  const { inspection, ports, unread } = report;
  const roots = inspection.certificates.filter(
    ({ certificate, issuer }) => issuer === undefined || issuer.fingerprint === certificate.fingerprint,
  );
  const tree = roots.flatMap((root) => ['', ...branch(root, '', '', report, terminal)]).slice(1);
  const sections = [
    tree,
    ports.flatMap((port) => portLines(port, terminal)),
    inspection.unmatchedKeys.map(({ source, type }) =>
      wrap(printable(`${source}  key (${type}) of none of these certificates`), terminal.columns, 4),
    ),
    unread.flatMap(({ source, message, remediation }) => [
      `${coloured(terminal, 'yellow', '!')} ${wrap(`${printable(source)}  ${printable(message)}`, terminal.columns, 4)}`,
      `    ${wrap(printable(remediation), terminal.columns, 4)}`,
    ]),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}

/** One certificate and those it issued. `knot` is drawn before its first line, `stem` before the others. */
function branch(
  one: InspectedCertificate,
  knot: string,
  stem: string,
  report: Report,
  terminal: Terminal,
): readonly string[] {
  const { certificate } = one;
  const signed = report.inspection.certificates.filter(
    (other) => other !== one && other.issuer?.fingerprint === certificate.fingerprint,
  );
  const line = signed.length === 0 ? '' : '│';
  const title = coloured(terminal, 'bold', printable(certificate.subject || '(no subject)'));
  const kind = certificate.isCertificateAuthority ? '  authority' : '';
  const facts = rowsOf(one, report).map(({ label, text, colour }) => {
    const before = `${stem}${line.padEnd(4)}${label.padEnd(labelWidth)}`;
    const indented = wrap(text, terminal.columns, before.length).split('\n');
    return indented
      .map((part, index) => {
        const lead = index === 0 ? before : `${stem}${line}`.padEnd(before.length);
        return lead + paint(terminal, colour, part.trimStart());
      })
      .join('\n');
  });
  const children = signed.flatMap((child, index) => {
    const last = index === signed.length - 1;
    return [
      `${stem}│`,
      ...branch(child, `${stem}${last ? '└── ' : '├── '}`, `${stem}${last ? '    ' : '│   '}`, report, terminal),
    ];
  });
  return [`${knot}${title}${kind}`, ...facts, ...children];
}

function paint(terminal: Terminal, colour: Colour | undefined, text: string): string {
  return colour === undefined ? text : coloured(terminal, colour, text);
}

interface Row {
  readonly label: string;
  readonly text: string;
  readonly colour?: Colour;
}

function rowsOf(one: InspectedCertificate, { inspection, ports, now }: Report): readonly Row[] {
  const { certificate, sources, keys, notes } = one;
  const served = ports.filter(({ address }) => sources.includes(address)).map(({ results }) => results);
  const isServedOnly = sources.every((source) => ports.some(({ address }) => address === source));
  const results = certificate.isCertificateAuthority ? [] : [one.results, ...served];
  const acceptance = results.flatMap(acceptanceInWords);
  const rows: readonly (Row | undefined)[] = [
    { label: 'found in', text: sources.join(', ') },
    certificate.isCertificateAuthority ? undefined : { label: 'names', text: namesOf(certificate) },
    { label: 'usages', text: usagesOf(certificate) },
    {
      label: 'validity',
      text: validityInWords(certificate, now),
      ...(validityOf(certificate, now) === 'valid' ? {} : { colour: 'red' as const }),
    },
    {
      label: 'key',
      text: [
        certificate.publicKey,
        ...keyText(
          keys.map(({ source }) => source),
          isServedOnly,
        ),
      ].join('; '),
    },
    { label: 'signed by', text: signerOf(one, inspection) },
    ...acceptance.map(({ text, isAccepted }, index) => ({
      label: index === 0 ? 'accepted' : '',
      text,
      colour: isAccepted ? ('green' as const) : ('red' as const),
    })),
    acceptance.length > 0 ? { label: '', text: `verified against ${inspection.trusted.join(' and ')}` } : undefined,
    { label: 'serial', text: certificate.serialNumber },
    keyIdentifiersOf(certificate),
    { label: 'sha-256', text: certificate.fingerprint },
    ...notes.map((note) => ({ label: '!', text: note, colour: 'yellow' as const })),
  ];
  return rows.flatMap((row) => (row === undefined ? [] : [{ ...row, text: printable(row.text) }]));
}

function namesOf({ subjectAltNames: { dns, ip, uri } }: Certificate): string {
  return [...dns, ...ip, ...uri].join(', ') || 'none: it is valid for no host';
}

/** The usages of RFC 5280. */
function usagesOf({ extendedKeyUsage, keyUsage, isCertificateAuthority }: Certificate): string {
  const roles =
    extendedKeyUsage?.join(', ') ?? (isCertificateAuthority ? undefined : 'client and server (not limited)');
  return [roles, keyUsage?.join(', ')].filter((one) => one !== undefined && one !== '').join('; ') || 'not limited';
}

/** A port shows no private key, so nothing is said of it. */
function keyText(sources: readonly string[], isServedOnly: boolean): readonly string[] {
  if (sources.length > 0) {
    return [`its private key is in ${sources.join(', ')}`];
  }
  return isServedOnly ? [] : ['its private key is not among the given files'];
}

function signerOf({ certificate, issuer }: InspectedCertificate, { certificates }: Inspection): string {
  if (issuer === undefined) {
    return `${certificate.issuer || '(no name)'}, which was not found`;
  }
  const all = certificates.map((one) => one.certificate);
  return issuer.fingerprint === certificate.fingerprint ? 'itself' : authorityName(issuer, all);
}

function keyIdentifiersOf({ keyIdentifiers }: Certificate): Row {
  const { subject, authority, authoritySerial } = keyIdentifiers;
  const parts = [
    subject ?? 'none',
    ...(authority === undefined ? [] : [`of its issuer: ${authority}`]),
    ...(authoritySerial === undefined ? [] : [`serial of its issuer: ${authoritySerial}`]),
  ];
  return { label: 'key id', text: parts.join('; ') };
}

function portLines(port: Port, terminal: Terminal): readonly string[] {
  const { address, tlsVersion, cipher, requestsCertificate, authorities, namesHost, results } = port;
  const asks = {
    true: `requests a client certificate${authorities.length === 0 ? '' : ` of ${authorities.join(' or ')}`}`,
    false: 'requests no client certificate',
    undefined: 'whether it requests a client certificate is unknown: it speaks no TLS 1.2',
  }[String(requestsCertificate)];
  const rows = [
    `${tlsVersion ?? 'TLSv1.2'}${cipher === undefined ? '' : ` ${cipher}`}; ${asks}`,
    ...(namesHost ? [] : ['its certificate is not valid for this host']),
    ...(results.length === 0 ? ['not verified: name the CA with --cacert'] : []),
  ];
  return [
    coloured(terminal, 'bold', printable(address)),
    ...rows.map((row) => `    ${wrap(printable(row), terminal.columns, 4)}`),
  ];
}
