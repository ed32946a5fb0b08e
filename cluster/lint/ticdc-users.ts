import type { Rule } from './rule.js';

export const ticdcUsers: Rule = {
  code: 'ticdc-users',
  severity: 'fail',
  title: 'client-user-required without users, or (warning) without TLS',
  run: ({ values, described, tls }) => {
    const required = values.boolean('security.client-user-required');
    if (described.component !== 'ticdc' || required?.value !== true) {
      return [];
    }
    const users = values.strings('security.client-allowed-user')?.value ?? [];
    if (users.length === 0) {
      const message = 'client-user-required without client-allowed-user: TiCDC does not start';
      return [{ origin: required.origin, message, remediation: 'under [security] write client-allowed-user = ["…"]' }];
    }
    return tls === 'on' || tls === 'elsewhere'
      ? []
      : [
          {
            origin: required.origin,
            severity: 'warn',
            message: 'client-user-required without TLS sends passwords in plaintext',
            remediation: 'set ca-path, cert-path and key-path',
          },
        ];
  },
};
