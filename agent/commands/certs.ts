import { X509Certificate } from 'node:crypto';
import { resolve } from 'node:path';
import { writePki } from '../../certs-dev/pki.js';
import { type Certificate, describeCertificate } from '../../credentials/certificate.js';
import { readCredentialFile } from '../../credentials/file.js';
import { pemText } from '../../credentials/parse.js';
import { splitCertificates } from '../../credentials/pem.js';
import { messageOf, OperatorError } from '../error.js';
import { printable } from '../terminal/printable.js';
import { type Command, type Invocation, texts } from './command.js';

export const certs: Command = {
  name: 'certs',
  summary: 'A development PKI (never for production), and a look at any PEM file.',
  usage: ['certs init DIRECTORY [--host H…]', 'certs inspect FILE…'],
  operands: { words: ['init', 'inspect'], files: true },
  options: [
    { name: 'host', value: 'H', multiple: true, help: 'name or IP the leaves are good for (default: this machine)' },
  ],
  run: runCerts,
};

async function runCerts(invocation: Invocation): Promise<number> {
  const [verb, ...names] = invocation.positionals;
  if (verb === 'init' && names.length === 1) {
    const hosts = texts(invocation, 'host');
    const pki = await writePki(resolve(names[0] ?? '.'), hosts.length === 0 ? {} : { hosts });
    invocation.stdout.write(`development CA and pairs written to ${pki.directory}\n`);
    return 0;
  }
  if (verb === 'inspect' && names.length > 0) {
    for (const name of names) {
      invocation.stdout.write(inspect(name));
    }
    return 0;
  }
  throw new OperatorError(
    'bad_usage',
    'certs needs a verb and what to work on',
    `usage: tidb-mtls-agent ${certs.usage.join(' | ')}`,
  );
}

function inspect(file: string): string {
  let certificates: readonly Certificate[];
  try {
    certificates = splitCertificates(pemText(readCredentialFile(file).bytes, file)).map((pem) =>
      describeCertificate(new X509Certificate(pem)),
    );
  } catch (error: unknown) {
    throw new OperatorError('unreadable', `${file}: ${messageOf(error)}`, 'name a PEM file of certificates', error);
  }
  if (certificates.length === 0) {
    throw new OperatorError('no_certificate', `${file}: no certificate in it`, 'name a PEM file of certificates');
  }
  return `${file}\n${certificates.map((one, index) => describe(one, index)).join('')}`;
}

function describe(certificate: Certificate, index: number): string {
  const { dns, ip, uri } = certificate.subjectAltNames;
  const rows = [
    ['subject', certificate.subject],
    ['issuer', certificate.issuer],
    ['names', [...dns, ...ip, ...uri].join(', ') || 'none'],
    ['usages', certificate.extendedKeyUsage?.join(', ') ?? 'any (no extended key usage)'],
    ['key', certificate.publicKey],
    ['valid', `${certificate.notBefore.toISOString()} to ${certificate.notAfter.toISOString()}`],
    ['authority', certificate.isCertificateAuthority ? 'yes' : 'no'],
    ['sha-256', certificate.fingerprint],
  ];
  return `  certificate ${index + 1}\n${rows.map(([name, value]) => `    ${name?.padEnd(10)} ${printable(value ?? '')}\n`).join('')}`;
}
