import type { ReloadRule } from '../../cluster/components/profile.js';
import { portsOf } from '../check.js';
import type { CredentialsInUse } from '../credentials-in-use.js';
import { reloadRuleOf } from '../reload-deadline.js';

/** Issues a certificate again and makes its owner use it; `as` continues "issue the certificate again". */
export function issueAgain({ owner, facts }: CredentialsInUse, as = ''): readonly string[] {
  const { cert = '', key = '' } = facts.paths;
  const name = facts.chain?.[0]?.commonNames.at(-1);
  const same = name === undefined ? '' : ` with the same Common Name, ${name},`;
  const issue = `issue the certificate again${same} from the CA of its CA file${as}`;
  const install = `write ${key} first, then ${cert}`;
  return owner === 'agent' ? [issue, install] : [issue, install, ...useFiles(owner)];
}

/** What makes the ports of an instance use changed files, where the next connection does not suffice. */
export function useFiles(owner: Exclude<CredentialsInUse['owner'], 'agent'>): readonly string[] {
  const ports = portsOf([owner]).map(({ instance, endpoint }) => ({
    endpoint,
    rule: reloadRuleOf(endpoint, instance),
  }));
  const by = (...rules: readonly ReloadRule[]) => ports.filter(({ rule }) => rules.includes(rule));
  const failed = by('failed-handshake').map(
    ({ endpoint: { host, port } }) =>
      `make the status port reload with a failed handshake: ${failedHandshake(host, port)}`,
  );
  return [
    ...failed,
    ...(by('restart').length > 0 ? [`restart ${owner.component}: it reads its files only at its start`] : []),
  ];
}

/** A command that makes the server's handshake fail. */
export function failedHandshake(host: string, port: number): string {
  const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return `openssl s_client -connect ${address} -no-CAfile -no-CApath -verify_return_error </dev/null`;
}
