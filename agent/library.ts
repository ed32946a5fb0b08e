/** What other programs may import; everything else of the package may change in any release. */
export type { Finding, Status } from '../checks/finding.js';
export {
  CredentialStore,
  type CredentialStoreOptions,
  type CredentialVersion,
  type ReloadEvent,
} from '../credentials/credential-store.js';
export { CredentialError } from '../credentials/error.js';
export type { FindingsDocument } from './report/json.js';
