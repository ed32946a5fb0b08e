import { composeRuleTitles } from './compose-rules.js';
import { kubernetesRuleTitles } from './kubernetes-rules.js';
import { rules } from './rules.js';
import { topologyRuleTitles } from './topology-rules.js';

const words = { fail: 'error', warn: 'warning', note: 'note' } as const;

/** docs/lint.md */
export function describeLint(): string {
  const deployment: Readonly<Record<string, string>> = {
    ...topologyRuleTitles,
    ...kubernetesRuleTitles,
    ...composeRuleTitles,
  };
  return `# What \`lint\` reports

\`tidb-mtls-agent lint FILE…\` reads the configuration files of TiDB, PD and its microservices, TiKV, TiFlash (both
files), TiCDC and TiProxy, TiUP topologies and \`meta.yaml\`, TidbCluster and the resources of tidb-operator 2, and
Compose files; a folder is searched for all of them. It tells them apart by content, then by name. Each line names
file, line and column, and is followed by its cure. Keys outside TLS are none of its business.

An **error** breaks something or leaves a door open; a **warning** probably does; a **note** is worth knowing, and often
the way the product is shipped. Exit status: 0 without errors, 1 with, 2 when it could not run. \`--json\` and \`--sarif\`
print the same for programs, \`--cluster-version\` tells the release where no file does.

A file proves only what is in it: flags beat files, so a PD whose file says \`http\` may run with \`https\`, and the other
way round. Where that may be so the line says so; \`check\` looks at the ports themselves.

| code | severity | reported |
| --- | --- | --- |
${rules.map(({ code, severity, title }) => `| \`${code}\` | ${words[severity]} | ${title} |`).join('\n')}
${Object.entries(deployment)
  .map(([code, title]) => `| \`${code}\` | ${deploymentSeverity[code]} | ${title} |`)
  .join('\n')}
| \`toml-syntax\`, \`yaml-syntax\` | error | A file that does not parse, or a template that was not rendered |
| \`wrong-type\` | error | A TLS setting of another type than the component takes |
| \`unreadable\` | error | A folder, a socket, a file that cannot be read or is too large |
| \`no-host\` | error | An instance of a TiUP topology without host |
| \`second-file-absent\` | note | TiFlash's second file is not where the first one says |
| \`unknown-component\` | note | Neither keys nor name tell which component a file is for |
`;
}

const deploymentSeverity: Readonly<Record<string, string>> = {
  'tls-keys-without-enable-tls': 'warning',
  'tls-path-overwritten': 'warning',
  'old-tls-switch': 'error',
  'operator-takes-one-name': 'error',
  'client-secret-without-tls': 'note',
  'compose-plaintext-url': 'warning',
};
