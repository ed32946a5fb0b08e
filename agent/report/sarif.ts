import type { Incident } from '../../checks/causes/cause.js';
import { locationText } from '../../checks/causes/place.js';
import type { Finding, Status } from '../../checks/finding.js';
import type { Problem } from '../../cluster/documents/origin.js';
import { readVersion } from '../process/version.js';
import { explanationOf } from './explanations.js';
import { locationOf } from './findings-table.js';
import { incidentIds } from './json.js';

const schema = 'https://json.schemastore.org/sarif-2.1.0.json';
const levels = { fail: 'error', warn: 'warning', note: 'note' } as const;

/** Passed and inconclusive findings are results, too, with a kind of their own. */
const kinds: Readonly<Record<Status, { readonly kind: string; readonly level: string }>> = {
  fail: { kind: 'fail', level: 'error' },
  warn: { kind: 'fail', level: 'warning' },
  unknown: { kind: 'open', level: 'none' },
  accepted: { kind: 'review', level: 'none' },
  pass: { kind: 'pass', level: 'none' },
};

/** SARIF 2.1.0 for lint, which code hosts show beside the lines of a change. */
export function sarifOfProblems(problems: readonly Problem[]): unknown {
  return sarif(
    problems.map(({ code, severity, origin, message, remediation }) => ({
      ruleId: code,
      level: levels[severity],
      message: { text: textOf(message, remediation) },
      locations: origin.kind === 'file' ? [fileLocation(origin)] : [],
    })),
  );
}

/**
 * SARIF 2.1.0 for a check: a result per incident, which keeps its fingerprint as long as it lasts, then each finding that no
 * incident explains. Each has its instance as location, and its file where there is one.
 */
export function sarifOfFindings(findings: readonly Finding[], incidents: readonly Incident[] = []): unknown {
  const explained = incidentIds(incidents);
  return sarif([
    ...incidents.map(resultOfIncident),
    ...findings
      .filter((finding) => !explained.has(finding))
      .map((finding) => ({
        ruleId: finding.check,
        ...kinds[finding.status],
        message: { text: textOf(finding.message, finding.remediation) },
        locations: [
          {
            ...(typeof finding.evidence.file === 'string' ? physical(finding.evidence.file) : {}),
            logicalLocations: [{ fullyQualifiedName: locationOf(finding), kind: 'resource' }],
          },
        ],
      })),
  ]);
}

function resultOfIncident({ id, cause, status, severity, place, summary, fixes, findings }: Incident) {
  const { file, position } = place;
  const where = file === undefined ? {} : position === undefined ? physical(file) : fileLocation({ file, ...position });
  return {
    ruleId: cause,
    ...kinds[status],
    message: { text: textOf(summary, fixes.join('\n')) },
    locations: [{ ...where, logicalLocations: [{ fullyQualifiedName: locationText(place), kind: 'resource' }] }],
    partialFingerprints: { incident: id },
    properties: { severity, explains: findings.map(({ check }) => check) },
  };
}

interface Result {
  readonly ruleId: string;
}

function sarif(results: readonly Result[]): unknown {
  const ids = [...new Set(results.map(({ ruleId }) => ruleId))].sort();
  return {
    $schema: schema,
    version: '2.1.0',
    runs: [{ tool: { driver: { name: 'tidb-mtls-agent', version: readVersion(), rules: ids.map(ruleOf) } }, results }],
  };
}

function ruleOf(id: string) {
  const explanation = explanationOf(id);
  return explanation === undefined ? { id } : { id, shortDescription: { text: explanation.title } };
}

function textOf(message: string, remediation: string): string {
  return remediation === '' ? message : `${message}\n${remediation}`;
}

function fileLocation({
  file,
  line,
  column,
}: {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}) {
  const { physicalLocation } = physical(file);
  return { physicalLocation: { ...physicalLocation, region: { startLine: line, startColumn: column } } };
}

function physical(file: string) {
  return { physicalLocation: { artifactLocation: { uri: encodeURI(file.split('\\').join('/')) } } };
}
