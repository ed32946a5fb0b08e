import { caNameInList } from './ca-name-in-list.js';
import { callerMissing } from './caller-missing.js';
import { callersNotAuthenticated } from './callers-not-authenticated.js';
import { emptyName } from './empty-name.js';
import { incompleteTls } from './incomplete-tls.js';
import { listNotEnforced } from './list-not-enforced.js';
import { listTooLong } from './list-too-long.js';
import { listWithoutTls } from './list-without-tls.js';
import { mysqlTlsOnly } from './mysql-tls-only.js';
import { nameCase } from './name-case.js';
import { nearFile } from './near-file.js';
import { operatorTakesOneName } from './operator-takes-one-name.js';
import { ownNameMissing } from './own-name-missing.js';
import { mixedSchemes, plaintextUrl } from './pd-urls.js';
import type { Rule } from './rule.js';
import { substringName } from './substring-name.js';
import { ticdcUsers } from './ticdc-users.js';
import { emptyPaths, httpsPortMissing, learnerDisagrees, metricsPlaintext } from './tiflash-settings.js';
import { tiproxyApiPlaintext, tiproxyListWithoutCa } from './tiproxy-settings.js';
import { unknownKey } from './unknown-key.js';

/** Every rule on one component's settings. */
export const rules: readonly Rule[] = [
  unknownKey,
  incompleteTls,
  nearFile,
  mysqlTlsOnly,
  listWithoutTls,
  emptyName,
  listNotEnforced,
  listTooLong,
  operatorTakesOneName,
  ownNameMissing,
  nameCase,
  callerMissing,
  caNameInList,
  substringName,
  plaintextUrl,
  mixedSchemes,
  callersNotAuthenticated,
  learnerDisagrees,
  metricsPlaintext,
  emptyPaths,
  httpsPortMissing,
  tiproxyApiPlaintext,
  tiproxyListWithoutCa,
  ticdcUsers,
];
