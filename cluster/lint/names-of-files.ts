import { errorCode } from '../../credentials/error-text.js';
import { readCredentialFile } from '../../credentials/file.js';
import { splitCertificates } from '../../credentials/pem.js';
import { readCertificate } from '../../credentials/read-certificate.js';
import type { Sourced } from '../documents/origin.js';

/** The first Common Name of each certificate in a file; undefined where no certificate can be read here. */
export function commonNamesIn(file: Sourced<string> | undefined): readonly (string | undefined)[] | undefined {
  if (file === undefined) {
    return undefined;
  }
  try {
    const blocks = splitCertificates(readCredentialFile(file.value).bytes.toString('latin1'));
    return blocks.length === 0 ? undefined : blocks.map((pem) => readCertificate(pem).commonNames[0]);
  } catch (error: unknown) {
    if (errorCode(error) !== '') {
      // The file is on another node, unreadable, or has no certificate. The checks of files report that.
      return undefined;
    }
    throw error;
  }
}
