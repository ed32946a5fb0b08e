import fc from 'fast-check';
import t from 'tap';
import { incidentsOf } from '../../../checks/causes/incidents.js';
import { placeText } from '../../../checks/causes/place.js';
import { findingOf } from '../../../checks/finding.js';
import { runChecks } from '../../../checks/run-checks.js';
import { instanceOf } from '../../support/evidence.js';
import { type Fault, fileFaults, portFaults, settingFaults } from '../../support/faults/faults.js';
import { healthy, type Model } from '../../support/model-cluster.js';
import { evidenceOfModel } from '../../support/model-evidence.js';

const model = await healthy();
const faults = [...portFaults, ...fileFaults, ...settingFaults];

async function applied(...all: readonly Fault[]): Promise<Model> {
  let after = model;
  for (const fault of all) {
    after = await fault.apply(after);
  }
  return after;
}

function named(name: string): Fault {
  const fault = faults.find((one) => one.name === name);
  if (fault === undefined) {
    throw new TypeError(`no fault ${name}`);
  }
  return fault;
}

/** Faults at different places that do not hide each other. */
const pairs: readonly (readonly [string, string])[] = [
  ['tidb status: down', 'tikv grpc: plaintext-too'],
  ['tidb status: down', 'pd: certificate otherHost'],
  ['ticdc api: down', 'tikv: certificate expired'],
  ['ticdc api: down', 'tidb: certificate expired'],
  ['tikv grpc: down', 'tidb: certificate noSan'],
  ['tikv status: down', 'pd peer: down'],
  ['pd client: silent', 'tidb status: requests-none'],
  ['tikv status: plaintext', 'tidb status: error'],
  ['tidb status: other-program', 'tikv: key encrypted_key'],
  ['tikv grpc: serves a former certificate until -3 days', 'tidb status: ignores-names'],
  ['tikv grpc: serves a former certificate until 60 days', 'pd: certificate serverAuthOnly'],
  ['pd client: serves a former certificate until 60 days', 'tikv: certificate mismatchedKey'],
  ['tidb: certificate expired', 'tikv: certificate otherHost'],
  ['tidb: certificate serverAuthOnly', 'tikv: ca not_found'],
  ['tikv: certificate of another CA of the same name', 'pd: certificate expired'],
  ['tidb: crt not_found', 'the list of pd lacks TiCDC'],
  ['the list of tikv lacks TiDB', 'tidb status: requests-none'],
  ['the list of tikv lacks TiDB', 'the list of tidb lacks PD'],
  ['agent: certificate expired', 'tikv: certificate clientAuthOnly'],
  ['PD has an http URL', 'tidb: certificate expires in five days'],
  ['a syntax error in a file', 'ticdc api: ignores-names'],
];

t.test('two faults are two incidents', async (t) => {
  for (const pair of pairs) {
    const both = pair.map(named);
    const evidence = await evidenceOfModel(t, await applied(...both));
    const found = incidentsOf(evidence, runChecks(evidence));
    t.strictSame(found.map(({ cause }) => cause).sort(), both.map(({ cause }) => cause).sort(), pair.join(' and '));
  }
});

t.test(
  'each failed finding and each warning is in exactly one incident, in whatever order the findings come',
  async (t) => {
    const three = await applied(
      named('tidb: certificate expired'),
      named('tikv status: plaintext'),
      named('the list of pd lacks TiCDC'),
    );
    const evidence = await evidenceOfModel(t, three);
    const findings = runChecks(evidence);
    const before = JSON.stringify(incidentsOf(evidence, findings));
    fc.assert(
      fc.property(fc.shuffledSubarray([...findings], { minLength: findings.length }), (shuffled) => {
        const incidents = incidentsOf(evidence, shuffled);
        const explained = incidents.flatMap((incident) => incident.findings);
        const due = findings.filter(({ status }) => status === 'fail' || status === 'warn');
        return (
          JSON.stringify(incidents) === before &&
          new Set(explained).size === explained.length &&
          due.every((finding) => explained.includes(finding))
        );
      }),
      { numRuns: 25 },
    );
  },
);

t.test('an id lives as long as its cause: it depends on neither the text nor the other incidents', async (t) => {
  const of = async (after: Model) => {
    const evidence = await evidenceOfModel(t, after);
    return incidentsOf(evidence, runChecks(evidence)).find(({ cause }) => cause === 'certificate-expired')?.id;
  };
  const expired = await applied(named('tidb: certificate expired'));
  const alone = await of(expired);
  t.type(alone, 'string');
  t.equal(await of(await named('tikv status: down').apply(expired)), alone);
  t.not(await of(await applied(named('pd: certificate expired'))), alone, 'another place has another id');
});

t.test('what no cause claims is an incident of its own, with the text and the fix of its finding', async (t) => {
  const evidence = await evidenceOfModel(t, model);
  const instance = instanceOf('tikv');
  const finding = (status: 'fail' | 'unknown') =>
    findingOf('a-new-check', status, instance, { message: 'something', remediation: 'do it' });
  const [first, ...more] = incidentsOf(evidence, [finding('fail'), finding('unknown')]);
  t.match(first, { cause: 'unexplained', status: 'fail', summary: 'something', fixes: ['do it'] });
  t.equal(placeText(first?.place ?? { component: 'agent' }), 'tikv 127.0.0.1:1');
  t.strictSame(more, [], 'an inconclusive finding is none');
});

t.test('what breaks calls comes first, then what will, then open ports', async (t) => {
  const all = await applied(
    named('tidb status: requests-none'),
    named('tikv grpc: serves a former certificate until 60 days'),
    named('ticdc api: down'),
  );
  const evidence = await evidenceOfModel(t, all);
  t.strictSame(
    incidentsOf(evidence, runChecks(evidence)).map(({ severity }) => severity),
    ['failing', 'will-fail', 'exposed'],
  );
});
