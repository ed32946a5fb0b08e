import { severityWords } from '../documents/origin.js';
import { lintCatalogue } from './catalogue.js';

/** docs/lint.md */
export function describeLint(): string {
  return `# What \`lint\` reports

\`tidb-mtls-agent lint FILE…\` reads the configuration files of TiDB, PD and its microservices, TiKV, TiFlash (both
files), TiCDC, TiProxy, TiKV-CDC, DM-master and DM-worker, TiUP topologies and \`meta.yaml\`, TidbCluster and the
resources of tidb-operator 2 with cert-manager's Certificates and the probes of pods, and Compose files; a folder is
searched for all of them. The content of a file, then its name, decides what it is; a file of another program, such as
TiDB Lightning or Drainer, gets a note. Each reported line names file, line and column, and is followed by its fix. Keys
outside TLS are ignored.

An **error** breaks connections or opens a port to unauthorized clients. A **warning** probably does. A **note** is
worth knowing, and often the way the product is shipped. Exit status: 0 without errors, 1 with errors, 2 when lint could
not run. \`--output json\`, \`sarif\` (code hosts) and \`junit\` (CI servers) print the same for programs.
\`--cluster-version\` sets the release where no file does. \`check --explain CODE\` prints an example.

A file proves only its own contents. Flags override files, so a PD whose file has \`http\` may run with \`https\`, and the
other way round. The line says where that is possible; \`check\` probes the ports themselves.

Where the certificate files that a component's configuration names are readable on this host, lint also runs the
[checks](checks.md) that files alone decide: \`certificate-readable\`, \`file-safe\`, \`key-matches-certificate\`,
\`verifies-under-ca\`, \`key-usages\` and \`names-cover-addresses\`. They quote the TLS implementation that rejects a certificate, and
are reported at the line that names it. Files that are not there are not missed.

| code | severity | reported |
| --- | --- | --- |
${lintCatalogue.map(({ code, severity, title }) => `| \`${code}\` | ${severityWords[severity]} | ${title} |`).join('\n')}
`;
}
