import t from 'tap';
import { durationText } from '../../checks/duration-text.js';

t.test('a duration is given in the largest unit that fits twice', async (t) => {
  const second = 1_000;
  const spans = [
    [999, 'less than a second'],
    [second, '1 second'],
    [119 * second, '119 seconds'],
    [120 * second, '2 minutes'],
    [47 * 3_600 * second, '47 hours'],
    [-48 * 3_600 * second, '2 days'],
  ] as const;
  for (const [milliseconds, words] of spans) {
    t.equal(durationText(milliseconds), words);
  }
});
