import type { Problem } from '../cluster/inventory.js';

const levels = { fail: 'error', warn: 'warning', note: 'note' } as const;

/** SARIF 2.1.0, which code hosts show beside the lines of a change. */
export function sarifOf(problems: readonly Problem[], version: string): unknown {
  const codes = [...new Set(problems.map(({ code }) => code))].sort();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'tidb-mtls-agent', version, rules: codes.map((id) => ({ id })) } },
        results: problems.map(({ code, severity, origin, message, cure }) => ({
          ruleId: code,
          level: levels[severity],
          message: { text: cure === '' ? message : `${message}\n${cure}` },
          locations: origin.kind === 'file' ? [locationOf(origin)] : [],
        })),
      },
    ],
  };
}

function locationOf({ file, line, column }: { readonly file: string; readonly line: number; readonly column: number }) {
  return {
    physicalLocation: {
      artifactLocation: { uri: file.split('\\').join('/') },
      region: { startLine: line, startColumn: column },
    },
  };
}
