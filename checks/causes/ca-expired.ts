import { credentialsInUse } from '../credentials-in-use.js';
import { durationText } from '../duration-text.js';
import type { Cause, Claim } from './cause.js';
import { ofCertificate } from './consequences.js';
import { grouped, type Scene } from './scene.js';

/** An issuer that chains need has expired or is about to: one fault for all certificates below it. */
export const caExpired: Cause = {
  name: 'ca-expired',
  title: 'A CA or an intermediate has expired, or is about to',
  severity: 'will-fail',
  description:
    'A CA or an intermediate by which certificates verify is outside its validity, or near the end of it. Every certificate below it is rejected from then on, however long it is valid itself. Components that read their CA at start keep running until the date, and do not accept new connections after it.',
  find: (scene) => {
    const issuers = scene
      .of('certificate-validity')
      .filter(({ evidence }) => evidence.kind === 'issuer' && evidence.urgency !== 'not-yet-valid');
    return [...grouped(issuers, ({ evidence }) => String(evidence.fingerprint))].map(([fingerprint, shownBy]) =>
      claimOf(scene, fingerprint, shownBy),
    );
  },
};

function claimOf(scene: Scene, fingerprint: string, shownBy: Claim['shownBy']): Claim {
  const evidence = shownBy[0]?.evidence ?? {};
  const { now } = scene.evidence;
  const notAfter = new Date(String(evidence.notAfter));
  const expired = notAfter <= now;
  const files = [...new Set(shownBy.map((finding) => String(finding.evidence.file)))].sort();
  const below = credentialsInUse(scene.evidence).filter(({ facts }) =>
    [...(facts.chain ?? []), ...(facts.ca ?? [])].some((one) => one.fingerprint === fingerprint),
  );
  const span = durationText(notAfter.getTime() - now.getTime());
  return {
    place: { component: 'cluster' },
    about: fingerprint,
    summary: `the CA ${evidence.subject} (SHA-256 ${fingerprint.slice(0, 16)}…) ${expired ? `expired ${span} ago` : `expires in ${span}`}; it is in ${files.length} ${files.length === 1 ? 'file' : 'files'} of this host`,
    since: expired ? notAfter : undefined,
    fixes: [
      `make a new CA, and add it beside the old one in every CA file (${files.join(', ')}); restart or reload so that each process trusts both`,
      'issue every certificate again from the new CA, and install them one component after the other',
      'remove the old CA from the files last',
    ],
    shownBy,
    consequences: expired ? below.flatMap((credentials) => ofCertificate(scene, credentials)) : [],
  };
}
