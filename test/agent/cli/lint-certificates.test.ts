import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { lintCertificates } from '../../../agent/cli/lint-certificates.js';
import { Authority, type Issued } from '../../../certs-dev/authority.js';
import { authority, names } from '../../support/evidence.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

/** A pd.toml with its certificate files; `written` leaves some of them out. */
function layOut(pair: Issued, written: readonly ('ca' | 'cert' | 'key')[] = ['ca', 'cert', 'key']) {
  const directory = temporaryDirectory(t);
  const text = { ca: authority.certificatePem, cert: pair.certificatePem, key: pair.keyPem };
  for (const name of written) {
    writeFileSync(join(directory, name), text[name], { mode: 0o600 });
  }
  const file = join(directory, 'pd.toml');
  writeFileSync(
    file,
    `advertise-client-urls = "https://127.0.0.1:2379"
[security]
cacert-path = "${join(directory, 'ca')}"
cert-path = "${join(directory, 'cert')}"
key-path = "${join(directory, 'key')}"
`,
  );
  return { file, directory };
}

async function problemsOf(file: string) {
  const problems = await lintCertificates(file, undefined);
  return problems.map(({ code, severity, origin, message }) => {
    const line = origin.kind === 'file' ? origin.line : 0;
    return `${line} ${severity} ${code}: ${message}`;
  });
}

t.test('certificate files that are good, or that are not here, give no report', async (t) => {
  t.strictSame(await problemsOf(layOut(await authority.issue(names)).file), []);
  const foreign = await (await Authority.create()).issue({ ...names, ip: [] });
  t.strictSame(await problemsOf(layOut(foreign, []).file), []);
  t.strictSame(await problemsOf(layOut(foreign, ['ca', 'key']).file), []);
  const file = join(layOut(foreign, []).directory, 'topology.yaml');
  writeFileSync(file, 'pd_servers:\n  - host: 127.0.0.1\n');
  t.strictSame(await problemsOf(file), [], 'no configuration of a component');
});

t.test('what rejects them is quoted, at the line that names the certificate', async (t) => {
  const foreign = await (await Authority.create({ commonName: 'Other CA' })).issue({ ...names, ip: ['10.0.0.9'] });
  const { file, directory } = layOut(foreign);
  const covering = /^4 fail names-cover-addresses: the certificate does not cover 127\.0\.0\.1, /;
  t.match(await problemsOf(file), [
    covering,
    /^4 fail verifies-under-ca: .* as client under .*: PD \(Go\): x509: certificate signed by unknown authority/,
    /^4 fail verifies-under-ca: .* as server under /,
  ]);
  rmSync(join(directory, 'key'));
  t.match(await problemsOf(file), [covering], 'without its key no verification is complete');
  writeFileSync(join(directory, 'cert'), 'text');
  t.match(await problemsOf(file), [/^4 fail certificate-readable: .*cert/]);
});
