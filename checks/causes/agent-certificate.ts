import type { Cause } from './cause.js';
import { rejectedAsCaller, rejectedByCaller } from './consequences.js';
import { issueAgain } from './fixes.js';
import { placeOfOwner } from './place.js';

const ofFiles = [
  'certificate-readable',
  'key-matches-certificate',
  'certificate-validity',
  'key-usages',
  'verifies-under-ca',
];

/** The agent cannot use its certificate, so that its probes say nothing about the ports. */
export const agentCertificate: Cause = {
  name: 'agent-certificate',
  title: "The agent's own certificate cannot be used",
  severity: 'hygiene',
  description:
    "The agent's certificate, key or CA file is missing, expired, mismatched, or does not verify. No call of a component fails, but ports reject the agent's probes, and what the agent asks of them is not proven.",
  find: (scene) => {
    const shownBy = ofFiles.flatMap((check) =>
      scene.of(check).filter(({ component, evidence }) => component === 'agent' && evidence.urgency !== 'unused'),
    );
    const [first] = shownBy;
    const { agent } = scene.evidence;
    const unreadable = shownBy.some(
      ({ check }) => check === 'certificate-readable' || check === 'key-matches-certificate',
    );
    const unprobed = unreadable ? scene.of('endpoint-answers', 'unknown') : [];
    return first === undefined
      ? []
      : [
          {
            place: placeOfOwner('agent', agent?.paths.cert),
            summary: `${first.message}: ports reject the agent, which proves nothing about the components`,
            fixes:
              agent !== undefined && (first.check === 'certificate-validity' || first.check === 'key-usages')
                ? issueAgain({ owner: 'agent', facts: agent, roles: ['client'] })
                : [...new Set(shownBy.map(({ remediation }) => remediation))],
            shownBy,
            consequences: [
              ...rejectedAsCaller(scene, 'agent'),
              ...(unreadable ? rejectedByCaller(scene, 'agent') : []),
              ...unprobed,
            ],
          },
        ];
  },
};
