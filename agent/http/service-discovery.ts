import { formatAddress } from '../../cluster/inventory/address.js';
import type { Inventory } from '../../cluster/inventory/inventory.js';
import { mainModule } from '../collect/probe-modules.js';

/**
 * Prometheus HTTP service discovery for `/probe`: one group per port, with the port as target, and the labels
 * `__param_module`, and `component`, `instance` and `endpoint` as in the agent's metrics.
 */
export function serviceDiscovery({ instances }: Inventory) {
  return instances.flatMap((instance) =>
    instance.endpoints.map((endpoint) => ({
      targets: [formatAddress(endpoint)],
      labels: {
        __param_module: mainModule(instance.component, endpoint.profile),
        component: instance.component,
        instance: instance.name,
        endpoint: endpoint.name,
      },
    })),
  );
}
