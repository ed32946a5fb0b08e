import { profiles } from '../components/profiles.js';
import { lastOf } from '../documents/dotted-key.js';
import { Values } from '../documents/values.js';
import { readNames } from '../inventory/allow-lists.js';
import { isBefore, parseVersion } from '../inventory/version.js';
import { quoted, type Rule, type Subject } from './rule.js';

export const metricsPlaintext: Rule = {
  code: 'metrics-plaintext',
  severity: 'warn',
  title: "TiFlash's metrics port is set to plaintext",
  run: ({ values, described, tls }) => {
    const off = values.boolean('status.disable_metrics_tls');
    return described.component === 'tiflash' && off?.value === true && tls === 'on'
      ? [
          {
            origin: off.origin,
            message: 'disable_metrics_tls makes the TiFlash metrics port serve plaintext',
            remediation: 'under [status] write disable_metrics_tls = false, and give Prometheus a certificate',
          },
        ]
      : [];
  },
};

/** First release of each minor version that reads empty strings as not set. */
const emptyAllowedSince = ['6.5.11', '7.1.6', '7.5.3', '8.1.1'];

export const emptyPaths: Rule = {
  code: 'empty-paths',
  severity: 'fail',
  title: 'Empty TLS paths in a TiFlash that reads them as TLS and does not start; a note where the version is unknown',
  run: ({ values, described, kind, version }) => {
    const { ca, cert, key } = kind.securityKeys;
    const empty = [ca, cert, key].map((name) => values.rawString(name)).find((found) => found?.value.trim() === '');
    const old = readsEmptyAsSet(version);
    if (described.component !== 'tiflash' || described.companion || empty === undefined || old === false) {
      return [];
    }
    const releases = `TiFlash before ${emptyAllowedSince.join(', ')}`;
    const message = `${releases} reads an empty path as TLS and does not start`;
    const remediation = `remove ${[ca, cert, key].map(lastOf).join(', ')}`;
    return [
      { origin: empty.origin, message, remediation, ...(old === undefined ? { severity: 'note' as const } : {}) },
    ];
  },
};

function readsEmptyAsSet(version: string | undefined): boolean | undefined {
  const [major, minor] = version === undefined ? [] : (parseVersion(version) ?? []);
  if (major === undefined || minor === undefined) {
    return undefined;
  }
  const line = emptyAllowedSince.find((since) => since.startsWith(`${major}.${minor}.`));
  return line === undefined ? isBefore(version, '8.1.1') : isBefore(version, line);
}

export const httpsPortMissing: Rule = {
  code: 'https-port-missing',
  severity: 'fail',
  title: 'A TiFlash before 7.1 with TLS and without https_port, which does not start',
  run: ({ values, described, paths, tls, version }) => {
    const origin = paths[0]?.set?.origin;
    const applies = described.component === 'tiflash' && !described.companion && tls === 'on';
    if (!applies || origin === undefined || values.port('https_port') || isBefore(version, '7.1.0') !== true) {
      return [];
    }
    const message = 'TiFlash before 7.1 does not start with TLS and without https_port';
    return [{ origin, message, remediation: 'at the top of the file write https_port = 8123' }];
  },
};

export const learnerDisagrees: Rule = {
  code: 'learner-disagrees',
  severity: 'fail',
  title: "TiFlash's two files disagree on TLS, on the CA (warning) or on the allow-list (warning)",
  run: (subject) => {
    const { companion } = profiles.tiflash;
    const second = subject.described.second;
    if (second === undefined || companion === undefined || subject.described.companion) {
      return [];
    }
    return disagreements(subject, new Values(second, []));
  },
};

function disagreements({ values, list, paths, kind }: Subject, second: Values) {
  const { companion } = profiles.tiflash;
  const other = companion?.securityKeys ?? kind.securityKeys;
  const secondFile = second.document.file;
  const ours = paths.map(({ set }) => set);
  const theirs = [other.ca, other.cert, other.key].map((key) => second.string(key));
  const on = ours.every((one) => one !== undefined);
  const secondOn = theirs.every((one) => one !== undefined);
  if (on !== secondOn) {
    const origin = [...ours, ...theirs].find((one) => one !== undefined)?.origin;
    const message = `TLS is ${on ? 'on' : 'off'} here and ${secondOn ? 'on' : 'off'} in ${secondFile}: one half of TiFlash serves plaintext`;
    return origin === undefined ? [] : [{ origin, message, remediation: 'set the three paths in both files' }];
  }
  const [ca, secondCa] = [values.path(kind.securityKeys.ca), second.path(other.ca)];
  const names = companion === undefined ? undefined : readNames(companion, second);
  const listed = (one: typeof list) => (one === undefined ? 'none' : quoted([...one.value].sort()));
  const half = (list === undefined) !== (names === undefined);
  return [
    ...(ca !== undefined && secondCa !== undefined && ca.value !== secondCa.value
      ? [
          {
            origin: ca.origin,
            severity: 'warn' as const,
            message: `the CA is ${ca.value} here and ${secondCa.value} in ${secondFile}`,
            remediation: 'name one CA in both files',
          },
        ]
      : []),
    ...(half
      ? [
          {
            origin: (list ?? names)?.origin ?? { kind: 'default' as const },
            severity: 'warn' as const,
            message: `the allow-list is ${listed(list)} here and ${listed(names)} in ${secondFile}: one half accepts every certificate of the CA`,
            remediation: 'set the allow-list in both files',
          },
        ]
      : []),
  ];
}
