import type { Certificate } from '../../credentials/certificate.js';
import { printable } from '../terminal/printable.js';
import { type Colour, coloured, type Terminal } from '../terminal/terminal.js';
import { wrap } from '../terminal/wrap.js';
import type { Unread } from './contents.js';
import type { Port } from './port.js';
import type { Inspected, Inspection } from './relations.js';
import { resultsInWords, usagesInWords, validityInWords, validityOf } from './words.js';

interface Report {
  readonly inspection: Inspection;
  readonly ports: readonly Port[];
  readonly unread: readonly Unread[];
  readonly now: Date;
}

const labelWidth = 11;

/** Certificates as a tree, signer above signed, each with what belongs to it; then ports, stray keys, and what was not read. */
export function renderInspection(report: Report, terminal: Terminal): string {
  const { inspection, ports, unread } = report;
  const roots = inspection.certificates.filter(
    ({ certificate, issuer }) => issuer === undefined || issuer.fingerprint === certificate.fingerprint,
  );
  const tree = roots.flatMap((root) => ['', ...branch(root, '', '', report, terminal)]).slice(1);
  const sections = [
    tree,
    ports.flatMap((port) => portLines(port, terminal)),
    inspection.strayKeys.map(({ place, type }) =>
      wrap(printable(`${place}  key (${type}) of none of these`), terminal.columns, 4),
    ),
    unread.flatMap(({ place, message, remediation }) => [
      `${coloured(terminal, 'yellow', '!')} ${wrap(`${printable(place)}  ${printable(message)}`, terminal.columns, 4)}`,
      `    ${wrap(printable(remediation), terminal.columns, 4)}`,
    ]),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}

/** One certificate and what it signed. `stem` is drawn before its lines, `knot` before its first. */
function branch(one: Inspected, knot: string, stem: string, report: Report, terminal: Terminal): readonly string[] {
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

function rowsOf(one: Inspected, { inspection, ports, now }: Report): readonly Row[] {
  const { certificate, places, keys, issuer, notes } = one;
  const served = ports.filter(({ address }) => places.includes(address)).flatMap(({ result }) => result ?? []);
  const results = certificate.isCertificateAuthority ? [] : [...one.results, ...served];
  const rows: readonly (Row | undefined)[] = [
    { label: 'found in', text: places.join(', ') },
    certificate.isCertificateAuthority ? undefined : { label: 'names', text: namesOf(certificate) },
    { label: 'usages', text: usagesInWords(certificate) },
    {
      label: 'validity',
      text: validityInWords(certificate, now),
      ...(validityOf(certificate, now) === 'valid' ? {} : { colour: 'red' as const }),
    },
    { label: 'key', text: `${certificate.publicKey}; ${keyText(keys.map(({ place }) => place))}` },
    { label: 'signed by', text: signerOf(certificate, issuer) },
    ...resultsInWords(results).map(({ text, good }, index) => ({
      label: index === 0 ? 'accepted' : '',
      text,
      colour: good ? ('green' as const) : ('red' as const),
    })),
    results.length > 0 ? { label: '', text: `judged under ${inspection.trusted.join(' and ')}` } : undefined,
    { label: 'serial', text: certificate.serialNumber },
    { label: 'sha-256', text: certificate.fingerprint },
    ...notes.map((note) => ({ label: '!', text: note, colour: 'yellow' as const })),
  ];
  return rows.flatMap((row) => (row === undefined ? [] : [{ ...row, text: printable(row.text) }]));
}

function namesOf({ subjectAltNames: { dns, ip, uri } }: Certificate): string {
  return [...dns, ...ip, ...uri].join(', ') || 'none: it is good for no host';
}

function keyText(places: readonly string[]): string {
  return places.length === 0
    ? 'its private key is not among what was looked at'
    : `its private key is in ${places.join(', ')}`;
}

function signerOf(certificate: Certificate, issuer: Certificate | undefined): string {
  if (issuer === undefined) {
    return `${certificate.issuer || '(no name)'}, which is not among what was looked at`;
  }
  return issuer.fingerprint === certificate.fingerprint ? 'itself' : issuer.subject;
}

function portLines(port: Port, terminal: Terminal): readonly string[] {
  const { address, tlsVersion, cipher, requestsCertificate, authorities, namesHost, result } = port;
  const asks = {
    true: `asks callers for a certificate${authorities.length === 0 ? '' : ` of ${authorities.join(' or ')}`}`,
    false: 'asks callers for no certificate',
    undefined: 'does not tell before TLS 1.3 whether it asks callers for a certificate',
  }[String(requestsCertificate)];
  const rows = [
    `${tlsVersion ?? 'TLSv1.2'}${cipher === undefined ? '' : ` ${cipher}`}; ${asks}`,
    ...(namesHost ? [] : ['its certificate is not for this host']),
    ...(result === undefined ? ['not judged: name the CA with --cacert'] : []),
  ];
  return [
    coloured(terminal, 'bold', printable(address)),
    ...rows.map((row) => `    ${wrap(printable(row), terminal.columns, 4)}`),
  ];
}
