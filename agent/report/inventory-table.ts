import { formatOrigin } from '../../cluster/documents/origin.js';
import { formatAddress } from '../../cluster/inventory/address.js';
import type { AllowList, Inventory } from '../../cluster/inventory/inventory.js';
import { printable } from '../terminal/printable.js';
import type { Terminal } from '../terminal/terminal.js';
import { wrap } from '../terminal/wrap.js';

/** Every known port, and the sources that report it. */
export function renderInventory({ instances }: Inventory, { columns }: Terminal): string {
  const lines = instances.flatMap(({ component, name, version, sources = [], endpoints, unlocated = [] }) => [
    `${component} ${name}${version === undefined ? '' : ` ${version}`}, known from ${sources.join(' and ')}`,
    ...endpoints.map(
      (endpoint) =>
        `  ${endpoint.name.padEnd(8)} ${endpoint.scheme}://${formatAddress(endpoint)}  ${formatOrigin(endpoint.origin)}${listed(endpoint.allowList)}`,
    ),
    ...unlocated.map((port) => `  ${port.padEnd(8)} address unknown: neither file, flags, topology nor PD has it`),
  ]);
  const ports = instances.reduce((sum, { endpoints }) => sum + endpoints.length, 0);
  return `${[...lines.map((line) => wrap(printable(line), columns, 11)), `${instances.length} instances, ${ports} ports`].join('\n')}\n`;
}

function listed(list: AllowList): string {
  return typeof list === 'string' ? '' : `  allows ${list.value.join(', ')}`;
}
