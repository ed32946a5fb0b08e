import { severalNamesSince } from '../components/profile.js';
import { isBefore } from '../inventory/version.js';
import type { Subject } from './rule.js';

/** Why this PD takes one name in its list, and what lifts that; undefined where it takes several. */
export function oneNameOnly({ profile, described, version }: Pick<Subject, 'profile' | 'described' | 'version'>) {
  if (profile.component !== 'pd') {
    return undefined;
  }
  if (described.operator === 'v1') {
    return {
      why: 'tidb-operator 1.x takes one name',
      lifted: `use tidb-operator 2 with PD ${severalNamesSince} or later`,
    };
  }
  return isBefore(version, severalNamesSince) === true
    ? { why: `PD before ${severalNamesSince} takes one name`, lifted: `upgrade PD to ${severalNamesSince} or later` }
    : undefined;
}
