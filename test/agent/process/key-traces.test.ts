import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { Writable } from 'node:stream';
import { inspect } from 'node:util';
import pino from 'pino';
import t from 'tap';
import { Authority } from '../../../certs-dev/authority.js';
import { KeyTraces } from '../../support/key-traces.js';

const authority = await Authority.create();
const issued = await authority.issue({ commonName: 'x' });
const rsa = await (await Authority.create({ algorithm: 'rsa' })).issue({ commonName: 'x' });
const pems: Readonly<Record<string, string>> = {
  ec: issued.keyPem,
  rsa: rsa.keyPem,
  sec1: createPrivateKey(issued.keyPem).export({ type: 'sec1', format: 'pem' }) as string,
  pkcs1: createPrivateKey(rsa.keyPem).export({ type: 'pkcs1', format: 'pem' }) as string,
  ed25519: generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
};

/** The forms in which a program could print a key. */
const encodings: Readonly<Record<string, (pem: string) => string | Buffer>> = {
  'the file': (pem) => pem,
  'one line of it': (pem) => pem.split('\n').at(-4) ?? pem.split('\n')[1] ?? '',
  'the file in JSON': (pem) => JSON.stringify({ key: pem }),
  'the file in JSON in JSON': (pem) => JSON.stringify(JSON.stringify({ key: pem })),
  'DER in base64': (pem) => `key=${der(pem).toString('base64')};`,
  'DER in base64 after one byte': (pem) => Buffer.concat([Buffer.of(1), der(pem)]).toString('base64'),
  'DER in base64 after two bytes': (pem) => Buffer.concat([Buffer.of(1, 2), der(pem)]).toString('base64'),
  'DER in base64 in lines of 20': (pem) =>
    der(pem)
      .toString('base64')
      .match(/.{1,20}/g)
      ?.join('\n') ?? '',
  'DER in base64url': (pem) => der(pem).toString('base64url'),
  'DER in hex': (pem) => der(pem).toString('hex'),
  'DER in capital hex with colons': (pem) => der(pem).toString('hex').toUpperCase().match(/../g)?.join(':') ?? '',
  'DER raw': (pem) => Buffer.concat([Buffer.from('key '), der(pem), Buffer.from('\n')]),
  'the number in hex': (pem) => `d: ${secret(pem).toString('hex')}`,
  'the number as openssl prints it': (pem) =>
    secret(pem)
      .toString('hex')
      .match(/.{1,30}/g)
      ?.map((line) => `    ${line.match(/../g)?.join(':')}:`)
      .join('\n') ?? '',
  'the number in decimal': (pem) => `d=${BigInt(`0x${secret(pem).toString('hex')}`)}`,
  'the number raw': (pem) => secret(pem),
  'the middle of the number': (pem) => secret(pem).subarray(7, 23).toString('base64'),
  'a JWK': (pem) => JSON.stringify(createPrivateKey(pem).export({ format: 'jwk' })),
  'a Buffer as Node shows it': (pem) => inspect(secret(pem)),
  'a Buffer as JSON': (pem) => JSON.stringify(secret(pem)),
  'a byte array as Node shows it': (pem) => inspect(new Uint8Array(secret(pem))),
  'percent-encoded': (pem) => secret(pem).toString('hex').replace(/../g, '%$&'),
};

function der(pem: string): Buffer {
  return createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' });
}

function secret(pem: string): Buffer {
  return Buffer.from(createPrivateKey(pem).export({ format: 'jwk' }).d ?? '', 'base64url');
}

for (const [name, pem] of Object.entries(pems)) {
  t.test(`${name}: found in every encoding, in the middle of other output`, async (t) => {
    const traces = new KeyTraces([{ name, pem }]);
    for (const [how, encode] of Object.entries(encodings)) {
      const leak = Buffer.concat([Buffer.from('{"level":30}\nkey: '), Buffer.from(encode(pem)), Buffer.from('\n{}')]);
      t.not(traces.find(leak).length, 0, how);
    }
  });
}

t.test('found when a key is passed to a logger', async (t) => {
  let output = '';
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      output += chunk;
      done();
    },
  });
  const logger = pino({ level: 'debug' }, stream);
  const traces = new KeyTraces([{ name: 'ec', pem: issued.keyPem }]);
  logger.debug({ paths: { cert: 'a', key: 'b' } }, 'loaded');
  t.strictSame(traces.find(output), []);
  logger.debug({ pair: issued }, 'loaded');
  t.not(traces.find(output).length, 0);
});

t.test('public data is no trace: certificates, public keys, other keys, noise', async (t) => {
  const traces = new KeyTraces(Object.entries(pems).map(([name, pem]) => ({ name, pem })));
  const other = await authority.issue({ commonName: 'x' });
  for (const harmless of [
    issued.certificatePem + rsa.certificatePem,
    createPublicKey(issued.keyPem).export({ type: 'spki', format: 'pem' }) as string,
    JSON.stringify(createPublicKey(rsa.keyPem).export({ format: 'jwk' })),
    other.keyPem.replaceAll(/-----.*-----/g, ''),
    'name the file with BEGIN PRIVATE KEY in it',
    randomBytes(100_000),
    randomBytes(100_000).toString('hex'),
  ]) {
    t.strictSame(traces.find(harmless), []);
  }
});

t.test('an encrypted key is found as its file and as the key inside', async (t) => {
  const passphrase = 'open';
  const pem = createPrivateKey(issued.keyPem).export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase,
  }) as string;
  const traces = new KeyTraces([{ name: 'encrypted', pem, passphrase }]);
  t.not(traces.find(pem.split('\n')[2] ?? '').length, 0);
  t.not(traces.find(secret(issued.keyPem).toString('hex')).length, 0);
});
