import t from 'tap';
import { latestFirst } from '../../../agent/page/changes.js';

t.test(
  'changes are sorted by time, not in the order of recording; of two at one time the later line is first',
  async (t) => {
    const event = (second: number, message: string) => ({
      ...({ at: `2026-11-25T09:00:0${second}.000Z`, kind: 'outcome', component: 'tidb', instance: 'a:10080' } as const),
      message,
    });
    const written = [event(1, 'files'), event(3, 'fast'), event(2, 'slow'), event(3, 'finding')];
    t.strictSame(
      latestFirst(written).map(({ message }) => message),
      ['finding', 'fast', 'slow', 'files'],
    );
  },
);
