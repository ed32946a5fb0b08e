import type { Incident } from '../../checks/causes/cause.js';
import { locationText } from '../../checks/causes/place.js';
import type { Finding } from '../../checks/finding.js';
import type { Problem } from '../../cluster/documents/origin.js';
import { formatOrigin } from '../../cluster/documents/origin.js';
import { printable } from '../terminal/printable.js';
import { locationOf } from './findings-table.js';
import { incidentIds } from './json.js';

interface TestCase {
  readonly suite: string;
  readonly className: string;
  readonly name: string;
  readonly result: 'passed' | 'failed' | 'skipped';
  readonly type: string;
  readonly message: string;
  /** Follows the message in the body. */
  readonly remediation: string;
}

/**
 * JUnit XML, which CI servers show: a suite per instance, a case per incident and per finding that no incident explains.
 * Warnings fail where `failOn` says so.
 */
export function junitOfFindings(
  findings: readonly Finding[],
  failOn: 'warn' | 'fail',
  incidents: readonly Incident[] = [],
): string {
  const explained = incidentIds(incidents);
  const ofIncidents = incidents.map(
    ({ cause, status, place, summary, fixes }): TestCase => ({
      suite: [place.component, place.instance].filter(Boolean).join(' '),
      className: cause,
      name: locationText(place),
      result: resultOf({ status }, failOn),
      type: cause,
      message: summary,
      remediation: fixes.join('; '),
    }),
  );
  return junit([
    ...ofIncidents,
    ...findings
      .filter((finding) => !explained.has(finding))
      .map((finding) => ({
        suite: `${finding.component} ${finding.instance}`,
        className: finding.check,
        name: locationOf(finding),
        result: resultOf(finding, failOn),
        type: finding.check,
        message: finding.message,
        remediation: finding.remediation,
      })),
  ]);
}

/** A suite per file; a file without problems is one passed case. Notes and warnings pass. */
export function junitOfProblems(files: readonly string[], problems: readonly Problem[]): string {
  const clean = files.filter((file) => !problems.some(({ origin }) => origin.kind === 'file' && origin.file === file));
  const passed = clean.map(
    (file): TestCase => ({
      suite: file,
      className: 'lint',
      name: file,
      result: 'passed',
      type: '',
      message: '',
      remediation: '',
    }),
  );
  const found = problems.map(({ code, severity, origin, message, remediation }): TestCase => {
    const suite = origin.kind === 'file' ? origin.file : formatOrigin(origin);
    const result = severity === 'fail' ? 'failed' : 'passed';
    return {
      suite,
      className: code,
      name: `${formatOrigin(origin)}: ${message}`,
      result,
      type: code,
      message,
      remediation,
    };
  });
  return junit([...found, ...passed]);
}

function resultOf({ status }: Pick<Finding, 'status'>, failOn: 'warn' | 'fail'): TestCase['result'] {
  if (status === 'fail' || (status === 'warn' && failOn === 'warn')) {
    return 'failed';
  }
  return status === 'unknown' || status === 'accepted' ? 'skipped' : 'passed';
}

function junit(cases: readonly TestCase[]): string {
  const suites = [...new Set(cases.map(({ suite }) => suite))].map((name) => {
    const members = cases.filter(({ suite }) => suite === name);
    return `  <testsuite name="${xml(name)}" ${totals(members)}>\n${members.map(caseText).join('')}  </testsuite>\n`;
  });
  const head = '<?xml version="1.0" encoding="UTF-8"?>';
  return `${head}\n<testsuites name="tidb-mtls-agent" ${totals(cases)}>\n${suites.join('')}</testsuites>\n`;
}

function totals(cases: readonly TestCase[]): string {
  const count = (result: TestCase['result']) => cases.filter((one) => one.result === result).length;
  return `tests="${cases.length}" failures="${count('failed')}" errors="0" skipped="${count('skipped')}"`;
}

function caseText({ className, name, result, type, message, remediation }: TestCase): string {
  const open = `    <testcase classname="${xml(className)}" name="${xml(name)}"`;
  const body = xml(remediation === '' ? message : `${message}. Fix: ${remediation}`);
  switch (result) {
    case 'failed':
      return `${open}><failure type="${xml(type)}" message="${xml(message)}">${body}</failure></testcase>\n`;
    case 'skipped':
      return `${open}><skipped message="${xml(message)}"/></testcase>\n`;
    case 'passed':
      return remediation === '' ? `${open}/>\n` : `${open}><system-out>${body}</system-out></testcase>\n`;
  }
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Control characters, which XML 1.0 cannot represent, are made visible first. */
function xml(text: string): string {
  return printable(text).replace(/[&<>"]/g, (character) => entities[character] ?? '');
}
