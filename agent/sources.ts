import { globSync } from 'tinyglobby';
import type { Inventory, Problem } from '../cluster/inventory.js';
import { buildInventory } from '../cluster/inventory-builder.js';
import type { AgentConfig } from './config.js';

/** What should be, from everything the configuration names. A glob that matches nothing is a problem, not an error. */
export function loadInventory(config: Pick<AgentConfig, 'configs' | 'instances' | 'clients'>): Inventory {
  const files: string[] = [];
  const problems: Problem[] = [];
  for (const pattern of config.configs) {
    const found = globSync(pattern, { absolute: true, dot: true, onlyFiles: false, expandDirectories: false });
    if (found.length === 0) {
      problems.push({
        code: 'no-config-file',
        severity: 'fail',
        origin: { kind: 'file', file: pattern, line: 1, column: 1 },
        message: 'no component config file matches',
        cure: 'check the path under [cluster] configs, and that the agent may read its folders',
      });
    }
    files.push(...found.map((file) => file.replace(/\/$/, '')));
  }
  const inventory = buildInventory({
    configs: [...new Set(files)].sort(),
    instances: config.instances,
    clients: config.clients,
  });
  return { ...inventory, problems: [...problems, ...inventory.problems] };
}
