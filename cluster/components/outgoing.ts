import { isBefore } from '../inventory/version.js';
import type { ClientName, ComponentName, OutgoingClient } from './profile.js';
import { profiles } from './profiles.js';

/** Clients outside the components that load their certificate once. Source: tikv/client-java and TiSpark, which uses it. */
export const clientsThatKeep: Readonly<Partial<Record<ClientName, string>>> = {
  'client-java': 'a client of client-java',
  tispark: 'a job of TiSpark',
};

/** What of a component of this version presents the certificate of its start until a restart. Nothing is assumed of an unknown version. */
export function keptCertificatesOf(component: ComponentName, version: string | undefined): readonly OutgoingClient[] {
  return (profiles[component].keepsCertificate ?? []).filter(
    ({ since, until }) =>
      (since === undefined || isBefore(version, since) === false) &&
      (until === undefined || isBefore(version, until) === true),
  );
}
