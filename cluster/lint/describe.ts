import { lintCatalogue } from './catalogue.js';

const words = { fail: 'error', warn: 'warning', note: 'note' } as const;

/** docs/lint.md */
export function describeLint(): string {
  return `# What \`lint\` reports

\`tidb-mtls-agent lint FILE…\` reads the configuration files of TiDB, PD and its microservices, TiKV, TiFlash (both
files), TiCDC and TiProxy, TiUP topologies and \`meta.yaml\`, TidbCluster and the resources of tidb-operator 2, and
Compose files; a folder is searched for all of them. It tells them apart by content, then by name. Each line names
file, line and column, and is followed by its cure. Keys outside TLS are none of its business.

An **error** breaks something or leaves a door open; a **warning** probably does; a **note** is worth knowing, and often
the way the product is shipped. Exit status: 0 without errors, 1 with, 2 when it could not run. \`--output json\`,
\`sarif\` (code hosts) and \`junit\` (CI servers) print the same for programs, \`--cluster-version\` tells the release where
no file does. \`check --explain CODE\` shows an example of one.

A file proves only what is in it: flags beat files, so a PD whose file says \`http\` may run with \`https\`, and the other
way round. Where that may be so the line says so; \`check\` looks at the ports themselves.

| code | severity | reported |
| --- | --- | --- |
${lintCatalogue.map(({ code, severity, title }) => `| \`${code}\` | ${words[severity]} | ${title} |`).join('\n')}
`;
}
