import { accessSync, constants } from 'node:fs';
import { certificateReadable } from '../../checks/certificate-readable.js';
import type { Evidence } from '../../checks/check.js';
import { fileSafe } from '../../checks/file-safe.js';
import type { Finding } from '../../checks/finding.js';
import { keyMatchesCertificate } from '../../checks/key-matches-certificate.js';
import { keyUsages } from '../../checks/key-usages.js';
import { namesCoverAddresses } from '../../checks/names-cover-addresses.js';
import { runChecks } from '../../checks/run-checks.js';
import { verifiesUnderCa } from '../../checks/verifies-under-ca.js';
import type { Origin, Problem, Sourced } from '../../cluster/documents/origin.js';
import { readComponentConfig } from '../../cluster/inventory/component-config.js';
import type { Instance } from '../../cluster/inventory/inventory.js';
import { CredentialRepository } from '../../credentials/repository.js';
import { readNodeCredentials, unread } from '../collect/local-credentials.js';

/** The checks that files alone decide. */
const checksOfFiles = [
  certificateReadable,
  fileSafe,
  keyMatchesCertificate,
  verifiesUnderCa,
  keyUsages,
  namesCoverAddresses,
];

/**
 * What the checks of files report of the certificate files that a component's configuration names, in the words of the
 * verifiers, at the line that names the certificate. A file that is not here, or may not be read, is left out: a configuration
 * may be linted on any host. Empty for what is no component's configuration.
 */
export async function lintCertificates(file: string, version: string | undefined): Promise<readonly Problem[]> {
  const { instance } = readComponentConfig(file);
  if (instance === undefined) {
    return [];
  }
  const present = withReadableFiles({ ...instance, version: instance.version ?? version });
  const inventory = { instances: [present], clients: [], problems: [], disagreements: [] };
  const now = new Date();
  const credentials = await readNodeCredentials(inventory, undefined, new CredentialRepository(), unread, now);
  const evidence: Evidence = {
    ...{ now, inventory, ...credentials, baselines: new Map(), observations: [], peerReports: [] },
    ...{ serverHandshakes: [], resumptions: [], targets: [], negativeProbes: 'off', negativeProbesPending: [] },
  };
  const findings = runChecks(evidence, checksOfFiles);
  return findings.filter(({ status }) => status === 'fail' || status === 'warn').map((one) => problemOf(one, present));
}

function problemOf({ check, status, message, remediation, evidence }: Finding, { security }: Instance): Problem {
  const calling = evidence.cert !== undefined && evidence.cert === security.callsWith?.cert?.value;
  const { cert, ca, key } = (calling ? security.callsWith : undefined) ?? security;
  const origin: Origin = (cert ?? ca ?? key)?.origin ?? { kind: 'default' };
  return { code: check, severity: status === 'fail' ? 'fail' : 'warn', origin, message, remediation };
}

/** The instance with those of its paths whose files are readable here. */
function withReadableFiles(instance: Instance): Instance {
  const { security } = instance;
  const { callsWith } = security;
  const readable = ({ ca, cert, key }: Readonly<Record<'ca' | 'cert' | 'key', Sourced<string> | undefined>>) => ({
    ca: ifReadable(ca),
    cert: ifReadable(cert),
    key: ifReadable(key),
  });
  return {
    ...instance,
    security: {
      ...security,
      ...readable(security),
      ...(callsWith === undefined ? {} : { callsWith: readable(callsWith) }),
    },
  };
}

function ifReadable(path: Sourced<string> | undefined): Sourced<string> | undefined {
  try {
    accessSync(path?.value ?? '', constants.R_OK);
    return path;
  } catch {
    return undefined;
  }
}
