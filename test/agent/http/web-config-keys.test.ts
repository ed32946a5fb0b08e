import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readWebConfig } from '../../../agent/http/web-config.js';
import { webConfigKeys } from '../../../agent/http/web-config-keys.js';
import { errorMessage } from '../../../credentials/error-text.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

/** What keys of a section go with. */
const others: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  tls_server_config: {
    cert_file: 'a',
    key_file: 'b',
    client_ca_file: 'c',
    client_auth_type: 'RequireAndVerifyClientCert',
  },
};

t.test('each key of the reference is read: a value of a wrong type is an error', async (t) => {
  const file = join(temporaryDirectory(t), 'web.yml');
  const keys = Object.entries(webConfigKeys).flatMap(([section, names]) =>
    Object.keys(names).map((name) => [section, name] as const),
  );
  for (const [section, name] of keys.filter(([, name]) => name !== 'prefer_server_cipher_suites')) {
    const values: Readonly<Record<string, unknown>> = { ...others[section], [name]: [1] };
    writeFileSync(file, JSON.stringify(section === '' ? values : { [section]: values }));
    const place = section === '' ? name : `${section}.${name}`;
    t.throws(() => readWebConfig(file), { message: `${place} must be ` }, place);
  }
});

t.test('a key that is not in the reference is an error', async (t) => {
  const file = join(temporaryDirectory(t), 'web.yml');
  for (const text of ['http_server_config: { http3: true }', 'burst: 1']) {
    writeFileSync(file, text);
    try {
      readWebConfig(file);
      t.fail(text);
    } catch (error: unknown) {
      t.match(errorMessage(error), /unknown key /, text);
    }
  }
});
