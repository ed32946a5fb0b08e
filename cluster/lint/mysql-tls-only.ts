import type { Rule } from './rule.js';

const mysqlKeys = ['ca', 'cert', 'key'].map((name) => `security.ssl-${name}`);

export const mysqlTlsOnly: Rule = {
  code: 'mysql-tls-only',
  severity: 'note',
  title:
    'TiDB with ssl-* for MySQL clients and no cluster-ssl-*; a warning where a list shows that TLS between components was meant',
  run: ({ described, values, paths, list }) => {
    const first = mysqlKeys.map((key) => values.string(key)).find((one) => one !== undefined);
    if (described.component !== 'tidb' || first === undefined || paths.some(({ set }) => set !== undefined)) {
      return [];
    }
    const only = 'ssl-ca, ssl-cert and ssl-key are for MySQL clients on port 4000';
    return list === undefined
      ? [
          {
            origin: first.origin,
            message: `${only}; between components TiDB has no TLS in this file`,
            remediation: 'for TLS between components set cluster-ssl-ca, cluster-ssl-cert and cluster-ssl-key, too',
          },
        ]
      : [
          {
            origin: first.origin,
            severity: 'warn',
            message: `${only}: cluster-verify-cn needs cluster-ssl-ca, cluster-ssl-cert and cluster-ssl-key`,
            remediation: 'set cluster-ssl-ca, cluster-ssl-cert and cluster-ssl-key',
          },
        ];
  },
};
