import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { verifiers } from '../../../credentials/verifiers/verifiers.js';
import { needs } from '../../support/peers.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

t.test(
  'a key on a curve that only some releases of OpenSSL use in TLS: not verified, on every release of Node',
  needs('/usr/bin/openssl', 'openssl'),
  async (t) => {
    for (const curve of ['brainpoolP256r1', 'secp256k1']) {
      const directory = temporaryDirectory(t);
      const [cert, key] = [join(directory, 'x.crt'), join(directory, 'x.key')];
      execFileSync(
        'openssl',
        [
          ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', `ec_paramgen_curve:${curve}`, '-nodes', '-days', '30'],
          ...['-subj', '/CN=x', '-out', cert, '-keyout', key],
        ],
        { stdio: 'ignore' },
      );
      const shown = { cert: readFileSync(cert), key: readFileSync(key) };
      for (const name of ['openssl', 'grpc-core'] as const) {
        const result = await verifiers[name]({
          ca: shown.cert,
          shown,
          role: 'client',
          host: undefined,
          now: new Date(),
        });
        t.match(result, {
          trusted: undefined,
          message: new RegExp(`^not verified: .*curve ${curve} in TLS.*release$`),
        });
      }
      const go = await verifiers.go({ ca: shown.cert, shown, role: 'client', host: undefined, now: new Date() });
      t.match(go, { trusted: false, message: /unsupported elliptic curve/ });
    }
  },
);
