import type { Rule } from './rule.js';

/** The operator validates this for every version of PD. */
export const operatorTakesOneName: Rule = {
  code: 'operator-takes-one-name',
  severity: 'fail',
  title: "Several names in PD's allow-list of a TidbCluster (v1)",
  run: ({ described, list }) =>
    described.component !== 'pd' || described.operator !== 'v1' || list === undefined || list.value.length < 2
      ? []
      : [
          {
            origin: list.origin,
            message: "tidb-operator 1.x rejects a TidbCluster with several names in PD's cert-allowed-cn",
            remediation: 'give every component the same Common Name and list that one, or use tidb-operator 2',
          },
        ],
};
