import { formatAddress } from '../../cluster/inventory/address.js';
import type { Inventory } from '../../cluster/inventory/inventory.js';
import { mainModule } from '../collect/probe-modules.js';

/**
 * Prometheus HTTP service discovery for `/probe`: one group per port, the port as target, and as labels what relabelling
 * needs: `__param_module`, and `component`, `instance`, `endpoint` as the agent's own metrics have them.
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
