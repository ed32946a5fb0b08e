import { errorCode } from '../../credentials/error-text.js';
import { readCredentialFile } from '../../credentials/file.js';
import { splitCertificates } from '../../credentials/pem.js';
import { readCertificate } from '../../credentials/read-certificate.js';
import type { Sourced } from '../documents/origin.js';

/** The first Common Name of each certificate in a file; undefined where none can be read from here. */
export function commonNamesIn(file: Sourced<string> | undefined): readonly (string | undefined)[] | undefined {
  if (file === undefined) {
    return undefined;
  }
  try {
    const blocks = splitCertificates(readCredentialFile(file.value).bytes.toString('latin1'));
    return blocks.length === 0 ? undefined : blocks.map((pem) => readCertificate(pem).commonNames[0]);
  } catch (error: unknown) {
    if (errorCode(error) !== '') {
      // Elsewhere, not readable, or no certificate: the checks on files speak of that.
      return undefined;
    }
    throw error;
  }
}
