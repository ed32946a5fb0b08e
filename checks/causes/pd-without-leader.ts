import type { Cause } from './cause.js';

/** PD has no leader: whatever depends on it is unknown. */
export const pdWithoutLeader: Cause = {
  name: 'pd-without-leader',
  title: 'PD has no leader',
  severity: 'failing',
  description:
    'PD answers and has no leader, or its members cannot report of each other. Stores and registrations are unknown until it elects one. Members that reject each other lose the majority: their certificates and allow-lists are the first thing to compare.',
  find: ({ of }) => {
    const shownBy = of('configuration').filter(({ evidence }) => evidence.reason === 'no-leader');
    return shownBy.length === 0
      ? []
      : [
          {
            place: { component: 'pd' },
            summary: 'PD has no leader, so that its stores are unknown',
            fixes: [
              'read the log of each PD member for rejected handshakes of the others (peer port)',
              'compare the certificates, CA files and allow-lists of the members; restart a member that holds an old CA',
            ],
            shownBy,
            consequences: of('peers-reach-each-other', 'unknown'),
          },
        ];
  },
};
