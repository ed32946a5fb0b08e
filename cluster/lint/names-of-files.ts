import { X509Certificate } from 'node:crypto';
import { errorCode } from '../../credentials/error-text.js';
import { readCredentialFile } from '../../credentials/file.js';
import type { Sourced } from '../documents/origin.js';

/** The Common Names in a certificate file; undefined where it cannot be read from here. */
export function commonNamesIn(file: Sourced<string> | undefined): readonly (string | undefined)[] | undefined {
  if (file === undefined) {
    return undefined;
  }
  try {
    const blocks = readCredentialFile(file.value)
      .bytes.toString('latin1')
      .match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g);
    return blocks?.map((pem) => /^CN=(.*)$/m.exec(new X509Certificate(pem).subject)?.[1]);
  } catch (error: unknown) {
    if (errorCode(error) !== '') {
      // Elsewhere, not readable, or no certificate: the checks on files speak of that.
      return undefined;
    }
    throw error;
  }
}
