import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { AgentConfig } from '../../../agent/config/agent-config.js';
import { isList, type Key, type Keys, tomlText } from '../../../agent/config/key.js';
import { sections, tables } from '../../../agent/config/keys.js';
import { readAgentConfig } from '../../../agent/config/load.js';
import { errorMessage } from '../../../credentials/error-text.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const file = join(temporaryDirectory(t), 'agent.toml');

function read(text: string): AgentConfig {
  writeFileSync(file, text);
  return readAgentConfig(file);
}

const topLevelKeys: Keys = Object.fromEntries(
  Object.entries(sections).flatMap(([table, keys]) =>
    Object.entries(keys).map(([name, row]) => [table === '' ? name : `${table}.${name}`, row]),
  ),
);

/** `key = value` for the keys that `chosen` gives one. */
function written(keys: Keys, chosen: (key: Key) => string | undefined): readonly string[] {
  return Object.entries(keys).flatMap(([name, key]) => {
    const value = chosen(key);
    return value === undefined ? [] : [`${name} = ${value}`];
  });
}

const needed = (key: Key) => (key.required === true ? tomlText(key.example) : undefined);

function hasDefault(key: Key): string | undefined {
  const value = key.default ?? (isList(key) ? [] : key.type === 'boolean' ? false : undefined);
  return key.required === true || value === undefined ? needed(key) : tomlText(value);
}

/** The least that a table needs, as `[[name]]` and lines. A listener accepts some client. */
function least(table: string, keys: Keys): readonly string[] {
  return [`[[${table}]]`, ...written(keys, needed), ...(table === 'proxy' ? ['allow-cn = ["Prometheus"]'] : [])];
}

t.test('each default, written out, changes nothing', async (t) => {
  t.strictSame(read(written(topLevelKeys, hasDefault).join('\n')), read(''));
  for (const [table, keys] of Object.entries(tables)) {
    const lines = [...least(table, keys), ...written(keys, hasDefault)];
    const all = [...new Map(lines.map((line) => [line.split(' = ')[0], line])).values()];
    // allow-cn = ["Prometheus"] instead of its default, which would accept no client.
    const text = all.join('\n').replace('allow-cn = []', 'allow-cn = ["Prometheus"]');
    t.strictSame(withoutPlaces(read(text)), withoutPlaces(read(least(table, keys).join('\n'))), table);
  }
});

function withoutPlaces(config: AgentConfig): unknown {
  return JSON.parse(JSON.stringify(config, (key, value) => (key === 'origin' ? undefined : value)));
}

t.test('each key is read: a value of a wrong type is an error at its location', async (t) => {
  const rejection = (text: string) => {
    try {
      read(text);
      return 'read';
    } catch (error: unknown) {
      return errorMessage(error);
    }
  };
  for (const name of Object.keys(topLevelKeys)) {
    t.match(rejection(`${name} = 1.5`), `${file}:1:${name.length + 4}: ${name} must be `, name);
  }
  for (const [table, keys] of Object.entries(tables)) {
    for (const name of Object.keys(keys)) {
      const others = least(table, keys).filter((line) => !line.startsWith(`${name} = `));
      const text = [...others, `${name} = 1.5`].join('\n');
      t.match(rejection(text), `${file}:${others.length + 1}:${name.length + 4}: [[${table}]] ${name} must be `);
    }
  }
});

t.test('each example is valid', async (t) => {
  const top = written(topLevelKeys, ({ example }) => tomlText(example));
  t.doesNotThrow(() => read(top.join('\n')));
  for (const [table, keys] of Object.entries(tables)) {
    for (const [name, { example, mode = 'terminate' }] of Object.entries<Key>(keys)) {
      const lines = Object.entries({
        ...Object.fromEntries(
          least(table, keys)
            .slice(1)
            .map((line) => line.split(' = ')),
        ),
        ...contextOf(table, name, mode),
        [name]: tomlText(example),
      });
      const text = [`[[${table}]]`, ...lines.map(([key, value]) => `${key} = ${value}`)].join('\n');
      t.doesNotThrow(() => read(text), text);
    }
  }
});

/** What a key goes with. */
function contextOf(table: string, name: string, mode: string): Readonly<Record<string, string>> {
  switch (`${table} ${name}`) {
    case 'component cert-path':
    case 'component key-path':
      return { 'cert-path': '"a"', 'key-path': '"b"' };
    case 'proxy allow-all':
      return { 'allow-cn': '[]' };
    case 'proxy server-name':
      return { 'target-tls': 'true' };
    case 'proxy verify-cn':
    case 'proxy verify-san':
      return { mode: `"${mode}"`, 'allow-cn': '[]' };
    default:
      return table === 'instance' && name.endsWith('-address') ? { component: componentWith(name) } : {};
  }
}

function componentWith(name: string): string {
  const owners: Readonly<Record<string, string>> = {
    'client-address': '"pd"',
    'peer-address': '"pd"',
    'grpc-address': '"tikv"',
    'api-address': '"ticdc"',
    'service-address': '"tso"',
  };
  return owners[name] ?? '"tiflash"';
}
