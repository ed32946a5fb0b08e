import type { EndpointProfile } from '../components/profile.js';
import { lastOf } from '../documents/dotted-key.js';
import { readAlternativeNames } from '../inventory/allow-lists.js';
import type { Rule, Subject } from './rule.js';

export const callersNotAuthenticated: Rule = {
  code: 'callers-not-authenticated',
  severity: 'note',
  title: 'TLS is on, but a port requests no client certificate, as the product is shipped',
  run: (subject) => {
    const { paths, profile, endpoints, kind, tls, list, values } = subject;
    const first = paths.find(({ set }) => set !== undefined)?.set;
    const open = endpoints.filter((endpoint) => isOpen(endpoint, subject));
    if (tls !== 'on' || list !== undefined || first === undefined || open.length === 0) {
      return [];
    }
    const ports = open.map(({ title, defaultPort }) => `${title} (${defaultPort})`).join(' and ');
    const key = lastOf(kind.securityKeys.allowedCommonNames);
    const remediation = `set ${key} to the names of its callers`;
    const alternatives = readAlternativeNames(profile, values);
    const message = `without ${key} the ${ports} requests no client certificate`;
    return alternatives === undefined
      ? [{ origin: first.origin, message, remediation }]
      : [{ origin: alternatives.origin, message: `${message}: most releases ignore this list`, remediation }];
  },
};

function isOpen({ callers }: EndpointProfile, { profile, values }: Subject): boolean {
  const switched = callers.clientCertificate === 'with-switch' && profile.clientCertificateSwitch?.(values) === true;
  return callers.clientCertificate !== 'always' && !switched;
}
