import { agentCertificate } from './agent-certificate.js';
import { alpnMissing } from './alpn-missing.js';
import { anotherProgram } from './another-program.js';
import { caExpired } from './ca-expired.js';
import { caNotLoaded } from './ca-not-loaded.js';
import { callerNotListed } from './caller-not-listed.js';
import { callerRejected } from './caller-rejected.js';
import type { Cause } from './cause.js';
import { certificateExpired } from './certificate-expired.js';
import { certificateExpiring } from './certificate-expiring.js';
import { certificateNotYetValid } from './certificate-not-yet-valid.js';
import { certificateRejected } from './certificate-rejected.js';
import { clusterWithoutTls } from './cluster-without-tls.js';
import { componentDown } from './component-down.js';
import { configurationInvalid } from './configuration-invalid.js';
import { errorAnswer } from './error-answer.js';
import { fileForbidden } from './file-forbidden.js';
import { fileUnreadable } from './file-unreadable.js';
import { intermediateMissing } from './intermediate-missing.js';
import { keyExposed } from './key-exposed.js';
import { keyMismatch } from './key-mismatch.js';
import { lifetimeTooShort } from './lifetime-too-short.js';
import { listNotInFile } from './list-not-in-file.js';
import { listNotSet } from './list-not-set.js';
import { namesMissing } from './names-missing.js';
import { otherCa } from './other-ca.js';
import { pdWithoutLeader } from './pd-without-leader.js';
import { peersApart } from './peers-apart.js';
import { plaintextPort } from './plaintext-port.js';
import { portOpen } from './port-open.js';
import { portRejectsEveryone } from './port-rejects-everyone.js';
import { portUnreachable } from './port-unreachable.js';
import { registrationWrong } from './registration-wrong.js';
import { rotationNotPickedUp } from './rotation-not-picked-up.js';
import { servedByOtherCa } from './served-by-other-ca.js';
import { servedCertificateExpired } from './served-certificate-expired.js';
import { sessionOutlivesCertificate } from './session-outlives-certificate.js';
import { sourceNotCovered } from './source-not-covered.js';
import { sourcesDiffer } from './sources-differ.js';
import { unusedCertificate } from './unused-certificate.js';
import { unusedListEntry } from './unused-list-entry.js';
import { usageMissing } from './usage-missing.js';
import { versionLimit } from './version-limit.js';

/**
 * Every cause, in the order in which they claim findings: first what lies in files, which shows at many ports; then what
 * lies in one process or port; last what no call depends on.
 */
export const causes: readonly Cause[] = [
  clusterWithoutTls,
  configurationInvalid,
  caExpired,
  caNotLoaded,
  intermediateMissing,
  otherCa,
  agentCertificate,
  fileForbidden,
  fileUnreadable,
  keyMismatch,
  certificateExpired,
  certificateNotYetValid,
  usageMissing,
  servedCertificateExpired,
  rotationNotPickedUp,
  namesMissing,
  servedByOtherCa,
  certificateRejected,
  componentDown,
  portUnreachable,
  plaintextPort,
  anotherProgram,
  alpnMissing,
  versionLimit,
  sourceNotCovered,
  callerNotListed,
  portRejectsEveryone,
  callerRejected,
  errorAnswer,
  pdWithoutLeader,
  peersApart,
  registrationWrong,
  sourcesDiffer,
  portOpen,
  listNotInFile,
  listNotSet,
  sessionOutlivesCertificate,
  certificateExpiring,
  lifetimeTooShort,
  unusedCertificate,
  unusedListEntry,
  keyExposed,
];
