import type { Finding, Status } from '../../checks/finding.js';
import { worstOf } from './parts.js';

/** Findings by instance, collected once for a view. */
export class StatusIndex {
  readonly #byInstance = new Map<string, Finding[]>();

  constructor(findings: readonly Finding[]) {
    for (const finding of findings) {
      const key = `${finding.component}/${finding.instance}`;
      const known = this.#byInstance.get(key);
      if (known === undefined) {
        this.#byInstance.set(key, [finding]);
      } else {
        known.push(finding);
      }
    }
  }

  of(component: string, instance: string): readonly Finding[] {
    return this.#byInstance.get(`${component}/${instance}`) ?? [];
  }

  statusOf(component: string, instance: string, endpoint?: string): Status {
    const findings = this.of(component, instance);
    return worstOf(endpoint === undefined ? findings : findings.filter((one) => one.endpoint === endpoint));
  }
}
