import { type ComponentName, componentNames } from '../cluster/components/profile.js';

/** `tikv`, then `tikv-2`, `tikv-3` … */
export type MemberName = ComponentName | `${ComponentName}-${number}`;

export interface Member {
  readonly name: MemberName;
  readonly component: ComponentName;
}

export type MemberCounts = Readonly<Partial<Record<ComponentName, number>>>;

/** One instance of each component of a usual cluster. */
export const oneOfEach: MemberCounts = { tidb: 1, pd: 1, tikv: 1, tiflash: 1, ticdc: 1, tiproxy: 1 };

export function membersOf(counts: MemberCounts): readonly Member[] {
  return componentNames.flatMap((component) =>
    Array.from({ length: counts[component] ?? 0 }, (_, index) => ({
      component,
      name: (index === 0 ? component : `${component}-${index + 1}`) as MemberName,
    })),
  );
}
