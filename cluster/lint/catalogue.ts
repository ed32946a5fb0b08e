import type { Problem } from '../documents/origin.js';
import { certManagerRuleTitles } from './cert-manager.js';
import { composeRuleTitles } from './compose-rules.js';
import { kubernetesRuleTitles } from './kubernetes-rules.js';
import { podProbeRuleTitles } from './pod-probes.js';
import { rules } from './rules.js';
import { topologyRuleTitles } from './topology-rules.js';

/** One code that lint reports. */
interface LintEntry {
  readonly code: string;
  readonly severity: Problem['severity'];
  readonly title: string;
}

const deploymentSeverity: Readonly<Record<string, Problem['severity']>> = {
  'tls-keys-without-enable-tls': 'warn',
  'tls-path-overwritten': 'warn',
  'old-tls-switch': 'fail',
  'client-secret-without-tls': 'note',
  'certificate-usages': 'fail',
  'certificate-names': 'fail',
  'certificate-renewal': 'fail',
  'certificate-secret': 'warn',
  'probe-without-certificate': 'warn',
  'compose-plaintext-url': 'warn',
};

const deploymentRules = Object.entries({
  ...topologyRuleTitles,
  ...kubernetesRuleTitles,
  ...certManagerRuleTitles,
  ...podProbeRuleTitles,
  ...composeRuleTitles,
}).map(([code, title]): LintEntry => ({ code, title, severity: deploymentSeverity[code] ?? 'warn' }));

/** Reported by the readers of files, without a rule. */
const ofReaders: readonly LintEntry[] = [
  {
    code: 'toml-syntax',
    severity: 'fail',
    title: 'A TOML file that does not parse, or a template that was not rendered',
  },
  {
    code: 'yaml-syntax',
    severity: 'fail',
    title: 'A YAML file that does not parse, or a template that was not rendered',
  },
  {
    code: 'duplicate-key',
    severity: 'warn',
    title: 'A key that a YAML mapping has twice; an error in a TiUP topology and a Compose file',
  },
  { code: 'wrong-type', severity: 'fail', title: 'A TLS setting whose type the component does not accept' },
  { code: 'unreadable', severity: 'fail', title: 'A folder, a socket, or a file that cannot be read or is too large' },
  { code: 'no-host', severity: 'fail', title: 'An instance of a TiUP topology without a host' },
  {
    code: 'second-file-absent',
    severity: 'note',
    title: "TiFlash's second file does not exist where the first one names it",
  },
  { code: 'unknown-component', severity: 'note', title: 'Neither keys nor name show which component a file is for' },
  {
    code: 'other-program',
    severity: 'note',
    title: 'A file of a program that is no component: DM, Lightning, Drainer …',
  },
];

/** All codes, in the order of docs/lint.md. */
export const lintCatalogue: readonly LintEntry[] = [
  ...rules.map(({ code, severity, title }) => ({ code, severity, title })),
  ...deploymentRules,
  ...ofReaders,
];
