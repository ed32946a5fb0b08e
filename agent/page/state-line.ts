import { type Status, summarize } from '../../checks/finding.js';
import { counted, worstOf } from './parts.js';
import type { AgentView } from './view.js';

/** The worst there is, for the lamp beside the name. */
export function worstStatusOf(view: AgentView): Status {
  return worstOf(view.findings());
}

/** The whole state in one sentence. */
export function resultOf(view: AgentView): string {
  const { instances } = view.inventory();
  const ports = instances.flatMap(({ endpoints }) => endpoints).length;
  const watched = `${counted(ports, 'port')} of ${counted(instances.length, 'instance')} watched`;
  if (!view.ready()) {
    return `Looking for the first time; ${watched}.`;
  }
  const { fail, warn, unknown, pass } = summarize(view.findings());
  if (fail > 0) {
    return `${fail} ${fail === 1 ? 'thing is' : 'things are'} wrong; ${watched}.`;
  }
  if (warn > 0) {
    return `Nothing failed, ${counted(warn, 'warning')}; ${watched}.`;
  }
  return unknown > 0
    ? `Nothing failed, ${unknown} could not be judged, ${pass} passed; ${watched}.`
    : `Nothing failed: all ${pass} passed; ${watched}.`;
}
