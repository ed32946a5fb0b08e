import type { Finding } from '../checks/finding.js';
import { instanceLabels, type Labels } from './labels.js';

interface StatusSeries {
  readonly metric: 'caChanged' | 'servedMatchesFile' | 'unauthorizedClientRejected' | 'callerAccepted';
  readonly labels: Labels;
  readonly value: 0 | 1;
}

/** Four checks have a metric of their own with the values 0 and 1. Undefined for other checks, and for inconclusive findings. */
export function statusSeriesOf(finding: Finding): StatusSeries | undefined {
  const { check, component, instance, endpoint = '', identity = '', status, evidence } = finding;
  if (status === 'unknown') {
    return undefined;
  }
  const labels = instanceLabels(component, instance);
  const passed = status === 'pass' ? 1 : 0;
  switch (check) {
    case 'ca-unchanged':
      return { metric: 'caChanged', labels, value: passed === 1 ? 0 : 1 };
    case 'served-matches-file':
      return { metric: 'servedMatchesFile', labels: { ...labels, endpoint }, value: passed };
    case 'rejects-unauthorized': {
      const rejected = evidence.outcome === 'rejected' ? 1 : 0;
      return { metric: 'unauthorizedClientRejected', labels: { ...labels, endpoint, identity }, value: rejected };
    }
    case 'caller-accepted':
      return { metric: 'callerAccepted', labels: { ...labels, endpoint, identity }, value: passed };
    default:
      return undefined;
  }
}
