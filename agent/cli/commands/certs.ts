import { resolve } from 'node:path';
import { readCredentialFile } from '../../../credentials/file.js';
import { readKeyPair } from '../../../credentials/key-pair.js';
import { OperatorError } from '../../config/error.js';
import { sections } from '../../config/keys.js';
import { type InspectOptions, inspect } from '../../inspect/inspect.js';
import { inspectionDocument } from '../../inspect/inspection-json.js';
import { renderInspection } from '../../inspect/inspection-text.js';
import { jsonText } from '../../terminal/printable.js';
import { terminalOf } from '../../terminal/terminal.js';
import { type Command, type Invocation, text, texts } from './command.js';
import { flagValues, keyOptions } from './key-flags.js';
import { requireNew } from './new-directory.js';
import { outputOptions, print } from './output.js';
import { unknownCommand } from './parse.js';

const verbs = ['init', 'inspect'];
const timeoutKey = { timeout: { ...sections.probe.timeout, doc: 'inspect: the longest that one connection takes' } };

export const certs: Command = {
  name: 'certs',
  summary: 'Creates a development PKI (never for production), and inspects certificates in files and on ports.',
  usage: ['certs init DIRECTORY [--host H…]', 'certs inspect [--cacert F] FILE|FOLDER|HOST:PORT|-…'],
  operands: { words: verbs, files: true },
  options: [
    {
      name: 'host',
      value: 'H',
      multiple: true,
      help: 'init: name or IP address in the certificates (default this machine)',
    },
    { name: 'cacert', value: 'F', help: 'inspect: the CA to verify with (default: the CAs that are found)' },
    { name: 'cert', value: 'F', help: 'inspect: certificate for a port that requests one' },
    { name: 'key', value: 'F', help: 'inspect: its key' },
    { name: 'password-file', value: 'F', help: 'inspect: file with the password of PKCS#12 or an encrypted key' },
    ...keyOptions(timeoutKey),
    ...outputOptions(['table', 'json']),
  ],
  run: runCerts,
};

async function runCerts(invocation: Invocation): Promise<number> {
  const [verb, ...operands] = invocation.positionals;
  if (verb !== undefined && !verbs.includes(verb)) {
    throw unknownCommand(`certs ${verb}`, verb, verbs, 'certs ');
  }
  if (verb === 'init' && operands.length === 1) {
    const hosts = texts(invocation, 'host');
    const directory = resolve(operands[0] ?? '.');
    // Its files are named as TiUP names those of a component.
    requireNew(directory);
    const { writePki } = await import('../../../certs-dev/pki.js');
    const pki = await writePki(directory, hosts.length === 0 ? {} : { hosts });
    invocation.stdout.write(`development CA and certificates written to ${pki.directory}\n`);
    return 0;
  }
  if (verb === 'inspect' && operands.length > 0) {
    return await runInspect(invocation, operands);
  }
  const hint = `usage: tidb-mtls-agent ${certs.usage.join(' | ')}`;
  throw new OperatorError('bad_usage', 'certs needs a verb and what to work on', hint);
}

/** 0 when all that was named could be read, 1 when a part of it could, 2 when nothing could. */
async function runInspect(invocation: Invocation, operands: readonly string[]): Promise<number> {
  const { stdout } = invocation;
  const { inspection, ports, unread } = await inspect(operands, optionsFor(invocation));
  const [first] = unread;
  if (inspection.certificates.length === 0 && inspection.unmatchedKeys.length === 0) {
    const message = first === undefined ? 'holds neither certificate nor key' : first.message;
    const source = first?.source ?? operands.join(', ');
    throw new OperatorError('nothing_found', `${source}: ${message}`, first?.remediation ?? 'name PEM, DER or PKCS#12');
  }
  await print(invocation, {
    table: () => renderInspection({ inspection, ports, unread, now: new Date() }, terminalOf(stdout)),
    json: () => jsonText(inspectionDocument(inspection, ports, unread)),
  });
  return unread.length === 0 ? 0 : 1;
}

function optionsFor(invocation: Invocation): InspectOptions {
  const [cacert, cert, key, passwordFile] = ['cacert', 'cert', 'key', 'password-file'].map((name) =>
    text(invocation, name),
  );
  if ((cert === undefined) !== (key === undefined)) {
    throw new OperatorError('bad_flag', '--cert and --key belong together', 'give both');
  }
  return {
    stdin: process.stdin,
    cacert,
    pair: cert === undefined || key === undefined ? undefined : readKeyPair({ cert, key }),
    password: passwordFile === undefined ? undefined : passwordIn(passwordFile),
    timeout: flagValues(invocation, timeoutKey).timeout,
    signal: invocation.signal,
  };
}

/** The first line. */
function passwordIn(file: string): string {
  return readCredentialFile(file).bytes.toString('utf8').split(/\r?\n/)[0] ?? '';
}
