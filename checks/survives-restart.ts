import { isCallerAccepted } from '../cluster/access/expectation.js';
import { type StartFault, severalNamesSince } from '../cluster/components/profile.js';
import { profiles } from '../cluster/components/profiles.js';
import type { Instance } from '../cluster/inventory/inventory.js';
import { isBefore } from '../cluster/inventory/version.js';
import type { CredentialError } from '../credentials/error.js';
import type { CredentialFacts } from '../credentials/facts.js';
import { type Check, credentialKey } from './check.js';
import type { Finding } from './finding.js';
import { findingOf } from './finding-of.js';

const id = 'survives-restart';

export const survivesRestart: Check = {
  id,
  title: 'The component would start again with its files as they are',
  severity: 'fail',
  description:
    'A running component can serve for weeks on connections it has while the files it would start with are bad: a rotation that went wrong is silent, and fatal at the next restart. Each component is judged as it judges itself at its start: all of them need readable files and a key that belongs to the certificate; PD dials itself, so it also needs a valid certificate with both usages, names for its advertised URLs, and its own name in its own list.',
  remediation: 'Mend what the finding names before anybody restarts the component.',
  results: {
    fail: 'one of the things that the component looks at when it starts is bad, or it would start in plaintext (TiDB without a CA)',
    unknown: 'the agent may not read a file, which the component, as another user, may',
  },
  run: (evidence) =>
    evidence.inventory.instances.flatMap((instance) => {
      const facts = evidence.credentials.get(credentialKey(instance));
      const { fatalAtStart } = profiles[instance.component];
      if (facts === undefined || (instance.security.cert === undefined && instance.security.ca === undefined)) {
        return [];
      }
      if (fatalAtStart.includes('no-pair') && instance.security.ca === undefined) {
        return [inPlaintext(instance)];
      }
      const faults = fatalAtStart.flatMap((fault) => {
        const reason = reasons[fault](instance, facts);
        return reason === undefined ? [] : [reason];
      });
      return [result(instance, facts, faults)];
    }),
};

/** Without a word in its log, and whatever the files are like. */
function inPlaintext(instance: Instance): Finding {
  const { ca } = profiles[instance.component].securityKeys;
  return findingOf(id, 'fail', instance, {
    message: `would start, and serve everybody in plaintext: ${ca} is not set`,
    remediation: `set ${ca} before ${instance.component} is restarted`,
  });
}

function result(instance: Instance, { errors }: CredentialFacts, faults: readonly string[]): Finding {
  const forbidden = errors.find(isForbidden);
  if (faults.length === 0 && forbidden !== undefined) {
    return findingOf(id, 'unknown', instance, {
      message: `not known whether it would start: ${forbidden.message}; as the agent's user it would not`,
      remediation: forbidden.hint,
    });
  }
  return faults.length === 0
    ? findingOf(id, 'pass', instance, { message: 'would start with its files as they are' })
    : findingOf(id, 'fail', instance, {
        message: `would not start again: ${faults.join('; ')}`,
        remediation: `mend it before ${instance.component} is restarted`,
        evidence: { faults },
      });
}

function isForbidden({ code }: CredentialError): boolean {
  return code === 'permission_denied';
}

/** Why a component would not start, or undefined. */
const reasons: Readonly<Record<StartFault, (instance: Instance, facts: CredentialFacts) => string | undefined>> = {
  unreadable: (_instance, { errors }) => errors.find((error) => !isForbidden(error))?.message,
  'key-mismatch': (_instance, { keyMatches }) =>
    keyMatches === false ? 'key and certificate on disk do not belong together' : undefined,
  incomplete: ({ security: { ca, cert, key } }) =>
    [ca, cert, key].includes(undefined) ? 'not all three TLS keys are set' : undefined,
  'no-pair': ({ security: { cert, key } }) =>
    cert === undefined || key === undefined ? 'a CA is set, and not both certificate and key' : undefined,
  'foreign-ca': (_instance, { results }) => {
    const bad = results.find(({ trusted }) => !trusted);
    return bad === undefined ? undefined : `its certificate is not good as ${bad.role} under its CA (${bad.code})`;
  },
  names: ({ advertisedHosts }, { chain }) => {
    const leaf = chain?.[0];
    const missing = advertisedHosts.find(({ value }) => leaf !== undefined && !leaf.coversHost(value));
    return missing === undefined ? undefined : `its certificate does not cover ${missing.value}, which it dials itself`;
  },
  'own-name': (instance, { chain }) => {
    const leaf = chain?.[0];
    const strict = instance.endpoints.find(({ profile }) => profile.callers.minimumEntries === 1);
    const shown = { leaf: leaf?.commonNames ?? [] };
    return leaf === undefined || strict === undefined || isCallerAccepted(strict, instance, shown) !== 'rejected'
      ? undefined
      : `its own name ${shown.leaf.at(-1) ?? '(none)'} is not in its own list`;
  },
  'list-too-long': ({ version, security: { allowedCommonNames } }) => {
    const count = allowedCommonNames?.value.length ?? 0;
    return count > 1 && isBefore(version, severalNamesSince) === true
      ? `its list has ${count} names, and a release before ${severalNamesSince} takes one`
      : undefined;
  },
};
