import type { EndpointObservation } from '../checks/check.js';

export type Labels = Readonly<Record<string, string>>;

export type Port = Pick<EndpointObservation, 'instance' | 'endpoint'>;

export function portLabels({ instance, endpoint }: Port) {
  return { component: instance.component, instance: instance.name, endpoint: endpoint.name };
}

/**
 * Series about the agent itself have no label `instance`: Prometheus then adds the agent's address. A constant would
 * give the series of all agents the same labels.
 */
export function instanceLabels(component: string, instance: string): Labels {
  return component === 'agent' ? { component } : { component, instance };
}

/** A key for these values in this order. */
export function seriesKey(labels: Labels): string {
  return JSON.stringify(Object.values(labels));
}

/** Seconds since 1970, as Prometheus counts. */
export function seconds(date: Date): number {
  return date.getTime() / 1000;
}
