import { severityWords } from '../../checks/causes/severity-words.js';
import { counted } from '../../checks/counted.js';
import { type Status, summarize } from '../../checks/finding.js';
import { worstOf } from './parts.js';
import type { AgentView } from './view.js';

/** The worst status of all findings; `pass` when there are none. */
export function worstStatusOf(view: AgentView): Status {
  return worstOf(view.findings());
}

/** The state of the cluster in one sentence. */
export function stateInWords(view: AgentView): string {
  const { instances } = view.inventory();
  const ports = instances.flatMap(({ endpoints }) => endpoints).length;
  const watched = `${counted(ports, 'port')} of ${counted(instances.length, 'instance')} watched`;
  if (!view.ready()) {
    return `The first cycle of probes is running; ${watched}.`;
  }
  const incidents = view.incidents();
  const [worst] = incidents;
  if (worst !== undefined) {
    const most = incidents.filter(({ severity }) => severity === worst.severity).length;
    return `${counted(incidents.length, 'incident')}, ${most} of them: ${severityWords[worst.severity]}; ${watched}.`;
  }
  const { unknown, pass } = summarize(view.findings());
  return unknown > 0
    ? `0 failed, ${unknown} inconclusive, ${pass} passed; ${watched}.`
    : `All ${pass} passed; ${watched}.`;
}
