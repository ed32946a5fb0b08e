import { join } from 'node:path';
import t from 'tap';
import { configuration } from '../../../checks/configuration.js';
import { buildInventory } from '../../../cluster/inventory/builder.js';
import { evidenceOf, run } from '../../support/evidence.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';
import { lay, tiupHost } from '../../support/tiup-deploy.js';

const pdFile = 'pd-2379/conf/pd.toml';

/** The findings of `configuration` on a host of TiUP with `more` at the end of PD's file. */
function found(
  t: Parameters<typeof temporaryDirectory>[0],
  more: string,
  files: Readonly<Record<string, string>> = {},
) {
  const root = temporaryDirectory(t);
  const host = tiupHost(root);
  lay(root, { ...host, [pdFile]: `${host[pdFile]}${more}`, ...files });
  const { problems } = buildInventory({
    files: [join(root, pdFile), ...Object.keys(files).map((file) => join(root, file))],
  });
  return run(configuration, evidenceOf({ problems })).map((line) => line.replaceAll(`${root}/`, ''));
}

t.test('the rules of lint apply to every configuration that is read, with file and line', async (t) => {
  t.strictSame(found(t, ''), []);
  for (const [text, message] of [
    ['cert-allowed-cn = ["pd"]', /^warn: pd\.toml:6:19: cert-allowed-cn with one entry is not enforced/],
    ['cert-allowed-cns = ["pd", "tidb"]', /^fail: pd\.toml:6:1: PD does not know security\.cert-allowed-cns/],
    ['cluster-verify-cn = ["pd", "tidb"]', /^fail: .*:6:1: PD does not know security\.cluster-verify-cn/],
    ['cert-allowed-cn = ["pd", ""]', /^fail: .*:6:19: an empty entry in cert-allowed-cn/],
  ] as const) {
    t.match(found(t, `${text}\n`), [message], text);
  }
});

t.test('a URL that flags may override proves nothing without them', async (t) => {
  const file = 'plain/pd.toml';
  const text =
    'client-urls = "http://10.0.1.1:2379"\n[security]\ncacert-path = "/a"\ncert-path = "/b"\nkey-path = "/c"\n';
  t.strictSame(found(t, '', { [file]: text }), []);
});

t.test('what a check of its own evaluates with flags and certificates is not reported twice', async (t) => {
  const text = '[server]\naddr = "10.0.1.1:1"\n[security]\nca-path = "/a"\n';
  t.strictSame(found(t, '', { 'one/tikv.toml': text }), []);
});
