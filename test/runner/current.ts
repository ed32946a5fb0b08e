import tap, { type Test } from 'tap';

/** What test files of a shared process get as `t`: the subtest of the file that runs. */
export let current: Test = tap;

export function setCurrent(test: Test): void {
  current = test;
}
