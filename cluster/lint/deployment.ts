import type { Problem } from '../documents/origin.js';
import type { DescribedFile } from '../sources/described-file.js';
import { lintCertificates } from './cert-manager.js';
import { lintCompose } from './compose-rules.js';
import { lintManifests } from './kubernetes-rules.js';
import { reportsOf } from './mistakes.js';
import { lintPodProbes } from './pod-probes.js';
import { lintTopology } from './topology-rules.js';

/** What concerns a topology, a manifest or a Compose file as a whole. Never throws. */
export function mistakesOfDeployment(read: DescribedFile, file: string): readonly Problem[] {
  switch (read.kind) {
    case 'topology':
      return reportsOf('topology', file, () => lintTopology(read.topology));
    case 'kubernetes':
      return reportsOf('kubernetes', file, () => [
        ...lintManifests(read.documents),
        ...lintCertificates(read.documents),
        ...lintPodProbes(read.documents),
      ]);
    case 'compose':
      return reportsOf('compose', file, () => read.documents.flatMap(lintCompose));
    case 'component':
    case 'other':
      return [];
  }
}
