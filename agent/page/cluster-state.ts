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
  const { fail, warn, unknown, pass } = summarize(view.findings());
  if (fail > 0) {
    return `${fail} failed; ${watched}.`;
  }
  if (warn > 0) {
    return `0 failed, ${counted(warn, 'warning')}; ${watched}.`;
  }
  return unknown > 0
    ? `0 failed, ${unknown} inconclusive, ${pass} passed; ${watched}.`
    : `All ${pass} passed; ${watched}.`;
}
