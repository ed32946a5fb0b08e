import type { Incident } from '../checks/causes/cause.js';
import { placeText } from '../checks/causes/place.js';
import type { Metrics } from './agent-registry.js';
import { instanceLabels } from './labels.js';

/** Replaces the series of incidents. A cause that lies in no single component has no label `instance`. */
export function setIncidents({ incident: gauge }: Metrics, incidents: readonly Incident[]): void {
  gauge.reset();
  for (const { cause, severity, status, place } of incidents) {
    const { component, instance } = place;
    const owner = instance === undefined ? { component } : instanceLabels(component, instance);
    gauge.set({ cause, severity, ...owner, place: placeText(place) }, status === 'fail' ? 3 : 2);
  }
}
