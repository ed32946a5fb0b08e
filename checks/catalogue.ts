import { caUnchanged } from './ca-unchanged.js';
import { callerAccepted } from './caller-accepted.js';
import { callerInAllowList } from './caller-in-allow-list.js';
import { certificateReadable } from './certificate-readable.js';
import { certificateValidity } from './certificate-validity.js';
import type { Check } from './check.js';
import { configuration } from './configuration.js';
import { coverage } from './coverage.js';
import { endpointAnswers } from './endpoint-answers.js';
import { fileSafe } from './file-safe.js';
import { keyFileMode } from './key-file-mode.js';
import { keyMatchesCertificate } from './key-matches-certificate.js';
import { keyUsages } from './key-usages.js';
import { lifetimeCoversReload } from './lifetime-covers-reload.js';
import { namesCoverAddresses } from './names-cover-addresses.js';
import { namesCoverSource } from './names-cover-source.js';
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
  coverage,
  configuration,
  sourcesAgree,
  tlsConfigured,
  certificateReadable,
  fileSafe,
  keyMatchesCertificate,
  verifiesUnderCa,
  certificateValidity,
  lifetimeCoversReload,
  keyUsages,
  namesCoverAddresses,
  namesCoverSource,
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
