import type { Cause } from './cause.js';
import { rejectingSide } from './consequences.js';
import { placeOfPort } from './place.js';
import { fixOfRejection } from './rejection.js';

/** A port rejects one caller that its configuration accepts. */
export const callerRejected: Cause = {
  name: 'caller-rejected',
  title: 'A port rejects a caller that its configuration accepts',
  severity: 'failing',
  description:
    "The port rejects a caller whose name its list holds, or where no list is enforced. The reason is the caller's certificate, or the CA or the list in the memory of the process. The way in which the port rejected it says which: a TLS alert, a close, a gRPC status or an HTTP status.",
  find: (scene) =>
    [...scene.of('caller-accepted'), ...scene.of('endpoint-answers')].flatMap((finding) => {
      const port = scene.portOf(finding);
      if (port === undefined || rejectingSide(scene, finding) === undefined) {
        return [];
      }
      const { reason, fixes } = fixOfRejection(scene, finding);
      return [
        {
          place: placeOfPort(port),
          about: String(finding.identity),
          severity: finding.identity === 'agent' ? ('hygiene' as const) : ('failing' as const),
          summary:
            rejectingSide(scene, finding) === 'server' ? `rejects ${finding.identity}: ${reason}` : finding.message,
          fixes,
          shownBy: [finding],
        },
      ];
    }),
};
