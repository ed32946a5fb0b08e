import { pino } from 'pino';
import t from 'tap';
import { History } from '../../agent/history.js';
import { Journal } from '../../agent/journal.js';
import type { Finding } from '../../checks/finding.js';

const place: Finding = {
  check: 'certificate-validity',
  status: 'fail',
  component: 'tikv',
  instance: 'a:20180',
  endpoint: undefined,
  identity: undefined,
  message: 'ended',
  evidence: {},
  cure: 'renew it',
  help: '',
};

function verdicts(): { readonly journal: Journal; readonly told: () => readonly string[] } {
  const history = new History(undefined, () => undefined);
  const journal = new Journal(pino({ level: 'silent' }), history, () => new Date(0));
  return { journal, told: () => history.events().map(({ message }) => message.split(',')[0] ?? '') };
}

t.test('a verdict is told when it changes, and once', async (t) => {
  const { journal, told } = verdicts();
  const passed = { ...place, status: 'pass' } as const;
  for (const findings of [[passed], [place], [place], [passed], [passed], [place]]) {
    journal.judged(findings);
  }
  const fail = 'certificate-validity: fail';
  t.same(told(), [fail, 'certificate-validity: pass', fail]);
});

t.test('where one check says several things of one place, the worst is its verdict, time and again', async (t) => {
  const { journal, told } = verdicts();
  const findings = [place, { ...place, status: 'warn', message: 'ends soon' }, { ...place, status: 'pass' }] as const;
  journal.judged(findings);
  journal.judged(findings);
  t.same(told(), ['certificate-validity: fail']);
});
