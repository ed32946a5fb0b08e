import type { Rule } from './rule.js';

export const tiproxyApiPlaintext: Rule = {
  code: 'tiproxy-api-plaintext',
  severity: 'warn',
  title: 'TiProxy calls the cluster over TLS, but its API port serves plaintext',
  run: ({ values, described, tls }) => {
    const calls = values.string('security.cluster-tls.ca') ?? values.string('security.cluster-tls.cert');
    return described.component === 'tiproxy' && calls !== undefined && tls !== 'on'
      ? [
          {
            origin: calls.origin,
            message: 'cluster-tls is set, but server-http-tls is not: the TiProxy API port (3080) stays plaintext',
            remediation: 'add [security.server-http-tls] with ca, cert and key',
          },
        ]
      : [];
  },
};

export const tiproxyListWithoutCa: Rule = {
  code: 'list-without-ca',
  severity: 'fail',
  title: 'A list of TiProxy without a CA, which TiProxy then ignores',
  run: ({ values, described, list }) =>
    described.component === 'tiproxy' &&
    list !== undefined &&
    values.string('security.server-http-tls.ca') === undefined
      ? [
          {
            origin: list.origin,
            message: 'without ca, TiProxy ignores cert-allowed-cn and accepts every client',
            remediation: 'under [security.server-http-tls] write ca = "…"',
          },
        ]
      : [],
};
