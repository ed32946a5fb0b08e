import { isCallerAccepted } from '../../cluster/access/expectation.js';
import { formatOrigin } from '../../cluster/documents/origin.js';
import { monitorName, type TiupPlan } from './tiup-plan.js';

/** A line for each list that would refuse the agents: their name has to be in it before they come. */
export function listsWithoutAgents({ cluster, hosts }: TiupPlan): readonly string[] {
  const rejecting = new Map<string, Set<string>>();
  if (!hosts.some(({ agent }) => agent.cert.endsWith(`/${monitorName}.crt`))) {
    // Each comes with the pair of a component, which the lists have to hold anyway.
    return [];
  }
  for (const { instance } of hosts.flatMap(({ instances }) => instances)) {
    for (const endpoint of instance.endpoints) {
      const { allowList } = endpoint;
      if (
        typeof allowList !== 'string' &&
        isCallerAccepted(endpoint, instance, { leaf: [monitorName] }) === 'rejected'
      ) {
        const place = formatOrigin(allowList.origin);
        rejecting.set(place, (rejecting.get(place) ?? new Set()).add(instance.component));
      }
    }
  }
  return [...rejecting].map(
    ([place, components]) =>
      `# Before that: the list at ${place} refuses the agents, whose certificate is that of ${monitorName}.\n` +
      `# Add ${monitorName} to it with: tiup cluster edit-config ${cluster}; then: tiup cluster reload ${cluster} -R ${[...components].join(',')}`,
  );
}
