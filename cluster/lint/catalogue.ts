import type { Problem } from '../documents/origin.js';
import { composeRuleTitles } from './compose-rules.js';
import { kubernetesRuleTitles } from './kubernetes-rules.js';
import { rules } from './rules.js';
import { topologyRuleTitles } from './topology-rules.js';

/** What lint may report, by its code. */
export interface LintEntry {
  readonly code: string;
  readonly severity: Problem['severity'];
  /** What is reported. */
  readonly title: string;
}

const deploymentSeverity: Readonly<Record<string, Problem['severity']>> = {
  'tls-keys-without-enable-tls': 'warn',
  'tls-path-overwritten': 'warn',
  'old-tls-switch': 'fail',
  'operator-takes-one-name': 'fail',
  'client-secret-without-tls': 'note',
  'compose-plaintext-url': 'warn',
};

const deploymentRules = Object.entries({ ...topologyRuleTitles, ...kubernetesRuleTitles, ...composeRuleTitles }).map(
  ([code, title]): LintEntry => ({ code, title, severity: deploymentSeverity[code] ?? 'warn' }),
);

/** What no rule is needed for: the file itself is no good. */
const ofTheFile: readonly LintEntry[] = [
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
  { code: 'wrong-type', severity: 'fail', title: 'A TLS setting of another type than the component takes' },
  { code: 'unreadable', severity: 'fail', title: 'A folder, a socket, a file that cannot be read or is too large' },
  { code: 'no-host', severity: 'fail', title: 'An instance of a TiUP topology without host' },
  { code: 'second-file-absent', severity: 'note', title: "TiFlash's second file is not where the first one says" },
  { code: 'unknown-component', severity: 'note', title: 'Neither keys nor name tell which component a file is for' },
];

/** Everything, in the order of docs/lint.md. */
export const lintCatalogue: readonly LintEntry[] = [
  ...rules.map(({ code, severity, title }) => ({ code, severity, title })),
  ...deploymentRules,
  ...ofTheFile,
];
