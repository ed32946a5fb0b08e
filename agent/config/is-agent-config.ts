import { basename, extname } from 'node:path';
import { openDocument } from '../../cluster/documents/config-file.js';
import { keyOf, parseKey } from './keys.js';

/** Whether a file is the agent's configuration: by the name agent.toml, or by tables that no component has. */
export function isAgentConfig(file: string): boolean {
  return basename(file) === 'agent.toml' || hasAgentTables(file);
}

function hasAgentTables(file: string): boolean {
  const keys = extname(file) === '.toml' ? (openDocument(file, [])?.keys() ?? []) : [];
  return keys.some(({ value: key }) => {
    const { table, isArray } = parseKey(key);
    return (isArray || table === 'cluster') && keyOf(key) !== undefined;
  });
}
