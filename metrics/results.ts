import type { Finding } from '../checks/finding.js';
import type { MetricKey } from './definitions.js';
import { placeLabels } from './labels.js';

export interface ProbeResult {
  readonly metric: MetricKey;
  readonly labels: Record<string, string>;
  readonly value: 0 | 1;
}

/** The yes or no of four checks as metrics of their own; undefined for other checks, and for what was skipped. */
export function resultOf(finding: Finding): ProbeResult | undefined {
  const { check, component, instance, endpoint = '', identity = '', status, evidence } = finding;
  const place = placeLabels(component, instance);
  const holds = status === 'pass' ? 1 : 0;
  if (status === 'unknown') {
    return undefined;
  }
  switch (check) {
    case 'ca-unchanged':
      return { metric: 'caChanged', labels: place, value: holds === 1 ? 0 : 1 };
    case 'served-matches-file':
      return { metric: 'servedMatchesFile', labels: { ...place, endpoint }, value: holds };
    case 'rejects-unauthorized': {
      const rejected = evidence.outcome === 'rejected' ? 1 : 0;
      return { metric: 'unauthorizedClientRejected', labels: { ...place, endpoint, identity }, value: rejected };
    }
    case 'caller-accepted':
      return { metric: 'callerAccepted', labels: { ...place, endpoint, identity }, value: holds };
    default:
      return undefined;
  }
}
