import { durationText } from '../../checks/duration-text.js';
import type { Certificate } from '../../credentials/certificate.js';

export type Validity = 'valid' | 'expired' | 'not yet valid';

export function validityOf({ notBefore, notAfter }: Certificate, now: Date): Validity {
  if (notAfter <= now) {
    return 'expired';
  }
  return notBefore > now ? 'not yet valid' : 'valid';
}

/** `expires in 43 days, 2027-01-08 08:00 UTC` */
export function validityInWords(certificate: Certificate, now: Date): string {
  const { notBefore, notAfter } = certificate;
  const span = (date: Date) => durationText(date.getTime() - now.getTime());
  switch (validityOf(certificate, now)) {
    case 'expired':
      return `EXPIRED ${span(notAfter)} ago, ${utc(notAfter)}`;
    case 'not yet valid':
      return `NOT YET VALID: begins in ${span(notBefore)}, ${utc(notBefore)}; expires ${utc(notAfter)}`;
    case 'valid':
      return `expires in ${span(notAfter)}, ${utc(notAfter)} (valid since ${utc(notBefore)})`;
  }
}

/** `2027-01-08 08:00 UTC` */
function utc(date: Date): string {
  return `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
