import { caUnchanged } from './ca-unchanged.js';
import { callerAccepted } from './caller-accepted.js';
import { callerInAllowList } from './caller-in-allow-list.js';
import { certificateReadable } from './certificate-readable.js';
import { certificateValidity } from './certificate-validity.js';
import type { Check, Evidence } from './check.js';
import { configuration } from './configuration.js';
import { endpointAnswers } from './endpoint-answers.js';
import { resultOf } from './failed-check.js';
import { fileSafe } from './file-safe.js';
import type { Finding, Status } from './finding.js';
import { keyFileMode } from './key-file-mode.js';
import { keyMatchesCertificate } from './key-matches-certificate.js';
import { keyUsages } from './key-usages.js';
import { namesCoverAddresses } from './names-cover-addresses.js';
import { ownNameInList } from './own-name-in-list.js';
import { peersReachEachOther } from './peers-reach-each-other.js';
import { unauthorizedClientsRejected } from './rejects-unauthorized.js';
import { requestsCertificate } from './requests-certificate.js';
import { resumptionRejected } from './resumption-rejected.js';
import { servedMatchesFile } from './served-matches-file.js';
import { serverVerifies } from './server-verifies.js';
import { sourcesAgree } from './sources-agree.js';
import { survivesRestart } from './survives-restart.js';
import { tlsConfigured } from './tls-configured.js';
import { trustsCaOnDisk } from './trusts-ca-on-disk.js';
import { unusedAllowListEntry } from './unused-allow-list-entry.js';
import { verifiesUnderCa } from './verifies-under-ca.js';

/** Every check, in the order of docs/checks.md. */
export const checks: readonly Check[] = [
  configuration,
  sourcesAgree,
  tlsConfigured,
  certificateReadable,
  fileSafe,
  keyMatchesCertificate,
  verifiesUnderCa,
  certificateValidity,
  keyUsages,
  namesCoverAddresses,
  keyFileMode,
  survivesRestart,
  endpointAnswers,
  unauthorizedClientsRejected,
  requestsCertificate,
  resumptionRejected,
  callerAccepted,
  peersReachEachOther,
  serverVerifies,
  servedMatchesFile,
  callerInAllowList,
  unusedAllowListEntry,
  ownNameInList,
  caUnchanged,
  trustsCaOnDisk,
];

const ranks: Readonly<Record<Status, number>> = { fail: 0, warn: 1, unknown: 2, pass: 3 };

/**
 * Worst first, then by component, instance, port and check. What passed comes last and in the order of the checks: of ten
 * thousand ports it is all but a few, and nobody reads it by rank.
 */
export function worstFirst(findings: readonly Finding[]): readonly Finding[] {
  const place = (finding: Finding) =>
    `${finding.component} ${finding.instance} ${finding.endpoint ?? ''} ${finding.check}`;
  const reported = findings.filter(({ status }) => status !== 'pass');
  const passed = findings.filter(({ status }) => status === 'pass');
  reported.sort((a, b) => ranks[a.status] - ranks[b.status] || place(a).localeCompare(place(b)));
  return [...reported, ...passed];
}

/** All findings, worst first. */
export function runChecks(evidence: Evidence, catalogue: readonly Check[] = checks): readonly Finding[] {
  return worstFirst(catalogue.flatMap((check) => resultOf(check, evidence)));
}

/** As `runChecks`, waiting for `turn` after each check, so that a large cluster holds up nothing else meanwhile. */
export async function runChecksInTurns(
  evidence: Evidence,
  turn: () => Promise<unknown>,
  catalogue: readonly Check[] = checks,
): Promise<readonly Finding[]> {
  const findings: (readonly Finding[])[] = [];
  for (const check of catalogue) {
    findings.push(resultOf(check, evidence));
    await turn();
  }
  return worstFirst(findings.flat());
}
