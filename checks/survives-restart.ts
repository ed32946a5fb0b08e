import { isCallerAccepted } from '../cluster/access/expectation.js';
import { type StartFault, severalNamesSince } from '../cluster/components/profile.js';
import { profiles } from '../cluster/components/profiles.js';
import type { Instance } from '../cluster/inventory/inventory.js';
import { configuredPathsOf, pathsSet } from '../cluster/inventory/own-paths.js';
import { isBefore } from '../cluster/inventory/version.js';
import type { CredentialError } from '../credentials/error.js';
import type { CredentialFacts } from '../credentials/facts.js';
import { coversHostForGo } from '../credentials/go-host-names.js';
import { codeText } from '../credentials/verifiers/code-words.js';
import { verifierTitles } from '../credentials/verifiers/verifier.js';
import { anotherCa } from './another-ca.js';
import { type Check, credentialKey } from './check.js';
import { type Finding, findingOf } from './finding.js';
import { inTheirWords } from './verifier-words.js';

const id = 'survives-restart';

export const survivesRestart: Check = {
  id,
  title: 'The component would start with its current files',
  severity: 'fail',
  description:
    'A running component can keep its connections for weeks while the files on disk are invalid. A failed rotation then stays unnoticed until the next restart. The check applies the conditions that the component applies at its start. Every component needs readable files and a matching key. PD connects to itself, so it also needs a valid certificate with both usages, SANs for its advertised URLs, and its Common Name in its allow-list.',
  remediation: 'Fix what the finding names before the component is restarted.',
  statuses: {
    fail: 'the component would not start, or would start in plaintext (TiDB without a CA)',
    unknown: 'the agent has no permission to read a file that the component, as another user, may read',
  },
  run: (evidence) =>
    evidence.inventory.instances.flatMap((instance) => {
      const facts = evidence.credentials.get(credentialKey(instance));
      const { ca, cert } = configuredPathsOf(instance);
      if (facts === undefined || (cert === undefined && ca === undefined)) {
        return [];
      }
      const { fatalAtStart } = profiles[instance.component];
      if (fatalAtStart.includes('ca-without-certificate') && ca === undefined) {
        return [inPlaintext(instance)];
      }
      return [result(instance, facts, startFaultsOf(instance, facts))];
    }),
};

/** Why the component would not start with its current files; empty where it would. */
export function startFaultsOf(instance: Instance, facts: CredentialFacts): readonly FoundFault[] {
  return profiles[instance.component].fatalAtStart.flatMap((fault) => {
    const text = reasons[fault](instance, facts);
    return text === undefined ? [] : [{ fault, text }];
  });
}

interface FoundFault {
  readonly fault: StartFault;
  readonly text: string;
}

/** TiDB without a CA starts in plaintext without a log line, whatever the other settings are. */
function inPlaintext(instance: Instance): Finding {
  const { ca } = profiles[instance.component].securityKeys;
  return findingOf(id, 'fail', instance, {
    message: `would start and serve plaintext: ${ca} is not set`,
    remediation: `set ${ca} before ${instance.component} is restarted`,
    evidence: { reason: 'in-plaintext' },
  });
}

function result(instance: Instance, { errors }: CredentialFacts, faults: readonly FoundFault[]): Finding {
  const forbidden = errors.find(isForbidden);
  if (faults.length === 0 && forbidden !== undefined) {
    return findingOf(id, 'unknown', instance, {
      message: `inconclusive: the agent cannot read what the component would read: ${forbidden.message}`,
      remediation: forbidden.hint,
    });
  }
  return faults.length === 0
    ? findingOf(id, 'pass', instance, { message: 'would start with its current files' })
    : findingOf(id, 'fail', instance, {
        message: `would not start: ${faults.map(({ text }) => text).join('; ')}`,
        remediation: `do not restart ${instance.component} before this is fixed`,
        evidence: { reasons: faults.map(({ fault }) => fault), faults: faults.map(({ text }) => text) },
      });
}

function isForbidden({ code }: CredentialError): boolean {
  return code === 'permission_denied';
}

/** Why a component would not start; undefined where this fault does not apply. */
const reasons: Readonly<Record<StartFault, (instance: Instance, facts: CredentialFacts) => string | undefined>> = {
  unreadable: (instance, { errors, loadingFailures, paths }) => {
    const error = errors.find((one) => !isForbidden(one))?.message;
    const [failure] = loadingFailures;
    const file = failure?.step === 'ca' ? paths.ca : paths.cert;
    return (
      error ?? (failure && `it cannot load ${file} (${inTheirWords({ owner: instance, instances: [] }, [failure])})`)
    );
  },
  'key-mismatch': (_instance, { keyMatches }) =>
    keyMatches === false ? 'key and certificate on disk do not match' : undefined,
  incomplete: (instance) => (pathsSet(configuredPathsOf(instance)) < 3 ? 'not all three TLS paths are set' : undefined),
  'ca-without-certificate': (instance) => {
    const { cert, key } = configuredPathsOf(instance);
    return cert === undefined || key === undefined ? 'a CA is set, but not both certificate and key' : undefined;
  },
  'foreign-ca': (instance, { results, chain = [], ca = [], paths }) => {
    const own = profiles[instance.component].verifiesServersBy;
    const bad = results.find(({ verifier, step }) => verifier === own && step === 'peer');
    const title = verifierTitles[own];
    const another = anotherCa(chain, { path: paths.ca ?? '', certificates: ca })?.message ?? '';
    return (
      bad &&
      `its certificate does not verify as ${bad.role} under its CA (${title}: ${codeText(bad.message ?? '')})${another}`
    );
  },
  names: ({ advertisedHosts }, { chain }) => {
    const leaf = chain?.[0];
    // PD alone connects to itself, and it is Go.
    const missing = advertisedHosts.find(({ value }) => leaf !== undefined && !coversHostForGo(leaf, value));
    return missing === undefined
      ? undefined
      : `its certificate does not cover ${missing.value}, to which it connects itself`;
  },
  'own-name': (instance, { chain }) => {
    const leaf = chain?.[0];
    const strict = instance.endpoints.find(({ profile }) => profile.callers.minimumEntries === 1);
    const shown = { leaf: leaf?.commonNames ?? [] };
    return leaf === undefined || strict === undefined || isCallerAccepted(strict, instance, shown) !== 'rejected'
      ? undefined
      : `its allow-list lacks its Common Name ${shown.leaf.at(-1) ?? '(none)'}`;
  },
  'list-too-long': ({ version, security: { allowedCommonNames } }) => {
    const count = allowedCommonNames?.value.length ?? 0;
    return count > 1 && isBefore(version, severalNamesSince) === true
      ? `its allow-list has ${count} names, and releases before ${severalNamesSince} start with one only`
      : undefined;
  },
};
