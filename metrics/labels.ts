import type { EndpointObservation } from '../checks/check.js';

export function portLabels({ instance, endpoint }: Pick<EndpointObservation, 'instance' | 'endpoint'>) {
  return { component: instance.component, instance: instance.name, endpoint: endpoint.name };
}

/**
 * What is said of the agent itself carries no `instance`: Prometheus then adds the agent's own address. A constant in
 * its place would make the series of all agents one.
 */
export function placeLabels(component: string, instance: string): Record<string, string> {
  return component === 'agent' ? { component } : { component, instance };
}

export function seriesKey(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.values(labels));
}

export function seconds(date: Date): number {
  return date.getTime() / 1000;
}
