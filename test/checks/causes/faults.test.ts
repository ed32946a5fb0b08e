import t from 'tap';
import { incidentsOf } from '../../../checks/causes/incidents.js';
import { placeText } from '../../../checks/causes/place.js';
import { reasons } from '../../../checks/causes/reasons.js';
import { runChecks } from '../../../checks/run-checks.js';
import { type Fault, fileFaults, otherFaults, portFaults, settingFaults } from '../../support/faults/faults.js';
import { healthy, type Model } from '../../support/model-cluster.js';
import { evidenceOfModel } from '../../support/model-evidence.js';

const model = await healthy();

async function incidents(of: Model) {
  const evidence = await evidenceOfModel(t, of);
  return incidentsOf(evidence, runChecks(evidence));
}

t.test('a healthy cluster has no incident', async (t) => {
  t.strictSame(await incidents(model), []);
});

for (const [what, faults] of Object.entries({
  ports: portFaults,
  files: fileFaults,
  settings: settingFaults,
  others: otherFaults,
})) {
  t.test(`one fault of ${what} is one incident, with its cause and a fix that fits`, async (t) => {
    for (const fault of faults) {
      t.strictSame(await found(fault), [fault.cause], fault.name);
    }
  });
}

/** Codes of OpenSSL that a reader would see without words. */
function bareCodes(texts: readonly string[]): readonly string[] {
  const codes = reasons.filter(({ from }) => from === 'OpenSSL').map(({ code }) => code);
  return texts.filter((text) => codes.some((code) => new RegExp(`\\b${code}\\b(?!,)`).test(text)));
}

async function found({ apply, fix, name }: Fault): Promise<readonly string[]> {
  const all = await incidents(await apply(model));
  const [first] = all;
  const texts = all.flatMap(({ summary, fixes, findings }) => [
    summary,
    ...fixes,
    ...findings.map(({ message }) => message),
  ]);
  if (bareCodes(texts).length > 0) {
    return bareCodes(texts);
  }
  if (all.length === 1 && first !== undefined && !fix.test(first.fixes[0] ?? '')) {
    return [`${first.cause}: ${first.fixes.join(' // ')}`];
  }
  return all.length === 1
    ? all.map(({ cause }) => cause)
    : all.map(
        ({ cause, place, summary, findings }) =>
          `${name}: ${cause} at ${placeText(place)}: ${summary} (${findings.map(({ check, identity }) => `${check} ${identity ?? ''}`).join(', ')})`,
      );
}
