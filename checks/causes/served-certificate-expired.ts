import { durationText } from '../duration-text.js';
import type { Cause } from './cause.js';
import { notPickedUp } from './rotation-not-picked-up.js';

/** The file is renewed, and the port still serves the certificate that has expired. Nothing has to be issued. */
export const servedCertificateExpired: Cause = {
  name: 'served-certificate-expired',
  title: 'A port serves an expired certificate, and the file is renewed',
  severity: 'failing',
  description:
    'The certificate on disk is valid, and the process still serves an older one that has expired: callers reject it. The fix is to make the port load its file. No certificate has to be issued.',
  find: (scene) =>
    notPickedUp(scene, ({ served, now }) =>
      served.notAfter <= now
        ? {
            what: `serves a certificate that expired ${durationText(served.notAfter.getTime() - now.getTime())} ago`,
            since: served.notAfter,
          }
        : undefined,
    ),
};
