import { createPrivateKey } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { Authority } from '../../certs-dev/authority.js';
import type { DevCluster } from '../../devcluster/dev-cluster.js';
import type { GivenKey } from './key-traces.js';
import { temporaryDirectory } from './temporary-directory.js';

const passphrase = 'open sesame';

/** Files with keys of every kind, whole and broken, in a directory of their own, and every key there is to be found. */
export async function layOutKeys(t: Test, cluster: DevCluster) {
  const directory = temporaryDirectory(t);
  const authority = await Authority.create();
  const rsa = await (await Authority.create({ algorithm: 'rsa' })).issue({ commonName: 'rsa', ip: ['127.0.0.1'] });
  const ec = await authority.issue({ commonName: 'ec', ip: ['127.0.0.1'] });
  const encrypted = createPrivateKey(ec.keyPem).export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase,
  }) as string;
  const texts = {
    'ca.crt': authority.certificatePem,
    'ec.crt': ec.certificatePem,
    'ec.key': ec.keyPem,
    'sec1.key': createPrivateKey(ec.keyPem).export({ type: 'sec1', format: 'pem' }) as string,
    'rsa.crt': rsa.certificatePem,
    'rsa.key': rsa.keyPem,
    'pkcs1.key': createPrivateKey(rsa.keyPem).export({ type: 'pkcs1', format: 'pem' }) as string,
    'encrypted.key': encrypted,
    'torn.key': rsa.keyPem.slice(0, 900),
    'garbled.key': rsa.keyPem.replace(/\n(.{30})/, '\n!!$1'),
    'both.pem': ec.certificatePem + ec.keyPem,
    'web.yml': 'tls_server_config:\n  cert_file: rsa.crt\n  key_file: rsa.key\n',
  };
  for (const [name, text] of Object.entries(texts)) {
    writeFileSync(join(directory, name), text, { mode: 0o600 });
  }
  writeFileSync(join(directory, 'der.key'), createPrivateKey(ec.keyPem).export({ type: 'pkcs8', format: 'der' }));
  const members = ['tidb', 'pd', 'tikv', 'tiflash', 'ticdc', 'tiproxy', 'agent'] as const;
  const keys: readonly GivenKey[] = [
    { name: 'ec', pem: ec.keyPem },
    { name: 'sec1', pem: texts['sec1.key'] },
    { name: 'rsa', pem: rsa.keyPem },
    { name: 'pkcs1', pem: texts['pkcs1.key'] },
    { name: 'encrypted', pem: encrypted, passphrase },
    ...members.map((name) => ({ name, pem: readFileSync(cluster.files(name).key, 'utf8') })),
  ];
  return { at: (name: string) => join(directory, name), keys, ec, rsa };
}
