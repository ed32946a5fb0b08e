import { isCallerAccepted } from '../../cluster/access/expectation.js';
import { formatOrigin } from '../../cluster/documents/origin.js';
import { monitorName, type TiupPlan } from './tiup-plan.js';

/** Lines for each allow-list that rejects the agents, which needs their Common Name before they run. */
export function listsWithoutAgents({ cluster, hosts }: TiupPlan): readonly string[] {
  const rejecting = new Map<string, Set<string>>();
  if (!hosts.some(({ agent }) => agent.cert.endsWith(`/${monitorName}.crt`))) {
    // Each agent uses the certificate of a component, which the lists contain anyway.
    return [];
  }
  for (const { instance } of hosts.flatMap(({ instances }) => instances)) {
    for (const endpoint of instance.endpoints) {
      const { allowList } = endpoint;
      if (
        typeof allowList !== 'string' &&
        isCallerAccepted(endpoint, instance, { leaf: [monitorName] }) === 'rejected'
      ) {
        const location = formatOrigin(allowList.origin);
        rejecting.set(location, (rejecting.get(location) ?? new Set()).add(instance.component));
      }
    }
  }
  return [...rejecting].map(
    ([location, components]) =>
      `# First: the allow-list at ${location} rejects the agents, whose certificate is that of ${monitorName}.\n` +
      `# Add ${monitorName} to it with: tiup cluster edit-config ${cluster}; then: tiup cluster reload ${cluster} -R ${[...components].join(',')}`,
  );
}
