import type { Evidence } from '../../checks/check.js';
import type { EndpointName } from '../../cluster/components/profile.js';
import type { Endpoint, Instance } from '../../cluster/inventory/inventory.js';
import { readCertificate } from '../../credentials/read-certificate.js';
import type { HttpAnswer } from '../../probes/http-answers.js';
import type { Observation } from '../../probes/observation.js';
import type { ServerHandshake } from '../../probes/server-handshake.js';
import { observed } from '../../test/support/evidence.js';
import { authority, day, evidence, exampleTime, filesWith, issue, later, nextAuthority, node } from './evidence.js';

const good = await issue();
const tidb = node('tidb', { list: ['TiDB-Server', 'PD-Server'] });
const open = node('tidb');
const tikv = node('tikv', { list: ['TiDB-Server', 'TiKV-Server'] });
const pd = node('pd');
const rejected: Partial<Observation> = {
  outcome: 'rejected',
  rejection: { side: 'peer', by: 'tls-alert', number: 42, name: 'bad_certificate' },
  detail: 'rejected by the server with the TLS alert bad_certificate (42)',
};
const timeout: Partial<Observation> = { outcome: 'timeout', detail: 'no answer within 5000 ms' };

function observedAs(instance: Instance, name: EndpointName, more: Parameters<typeof observed>[2]): Evidence {
  return evidence({ instances: [instance], observations: [observed(instance, name, more)] });
}

function reported(answer: HttpAnswer | undefined, status = 200): Evidence {
  const application = { protocol: 'http', status, answer } as const;
  return evidence({
    instances: [pd],
    peerReports: [observed(pd, 'client', { application, detail: `HTTP ${status}` })],
  });
}

function endpointOf({ endpoints }: Instance, name: EndpointName): Endpoint {
  const endpoint = endpoints.find((one) => one.name === name);
  if (endpoint === undefined) {
    throw new TypeError(`no port ${name}`);
  }
  return endpoint;
}

async function handshaken(instance: Instance, name: EndpointName, more: Partial<ServerHandshake>): Promise<Evidence> {
  const read: ServerHandshake = {
    at: exampleTime,
    outcome: 'read',
    detail: '',
    requestsCertificate: true,
    authorities: [],
    chain: [],
  };
  const serverHandshakes = [{ instance, endpoint: endpointOf(instance, name), serverHandshake: { ...read, ...more } }];
  return evidence({ instances: [instance], facts: [await filesWith(good)], serverHandshakes });
}

function resumed(outcome: 'kept' | 'unknown', detail: string): Evidence {
  const resumption = { at: exampleTime, outcome, detail } as const;
  return evidence({ resumptions: [{ instance: pd, endpoint: endpointOf(pd, 'client'), resumption }] });
}

const subjectOf = ({ certificatePem }: typeof authority) => readCertificate(certificatePem).subjectDer;

/** A port that still serves the former certificate, `after` milliseconds after the file was written. */
async function notReloaded(instance: Instance, after: number): Promise<Evidence> {
  const before = await issue({ notAfter: later(30 * day) });
  const at = later(after);
  const observations = [observed(instance, 'grpc', { chain: before, at })];
  return evidence({ instances: [instance], facts: [await filesWith(good)], observations, now: at });
}

/** A changed CA file whose new CA has the name of the old one. */
async function sameName(): Promise<Evidence> {
  const shown = await handshaken(pd, 'client', { authorities: [subjectOf(authority)] });
  return { ...shown, baselines: new Map([[`pd/${pd.name}`, { caDigest: 'another', since: later(-30 * day) }]]) };
}

const members = (healthy: boolean): HttpAnswer => ({
  kind: 'pd-health',
  members: [
    { name: 'pd-1', clientUrls: ['https://10.0.1.2:2379'], healthy: true },
    { name: 'pd-2', clientUrls: ['https://10.0.1.3:2379'], healthy },
  ],
});

/** Evidences for the checks of ports, by check. They give every status of the check. */
export const portExamples: Readonly<Record<string, readonly Evidence[]>> = {
  coverage: [
    evidence({ targets: [{ instance: tikv, endpoint: endpointOf(tikv, 'grpc') }], negativeProbes: 'off' }),
    evidence({}),
  ],
  'endpoint-answers': [
    observedAs(tidb, 'status', rejected),
    observedAs(tidb, 'status', { outcome: 'inconclusive', detail: 'it closed after the handshake' }),
  ],
  'rejects-unauthorized': [
    observedAs(tidb, 'status', { identity: 'foreign-ca' }),
    observedAs(open, 'status', { identity: 'no-certificate' }),
    observedAs(tidb, 'status', { ...timeout, identity: 'no-certificate' }),
  ],
  'requests-certificate': [
    await handshaken(tidb, 'status', { requestsCertificate: false }),
    await handshaken(open, 'status', { requestsCertificate: true }),
    await handshaken(tidb, 'status', {
      requestsCertificate: undefined,
      outcome: 'timeout',
      detail: 'no answer within 5000 ms',
    }),
  ],
  'resumption-rejected': [
    resumed('kept', 'an answer without a certificate'),
    resumed('unknown', 'no answer within 5000 ms'),
  ],
  'caller-accepted': [
    observedAs(tikv, 'grpc', { ...rejected, identity: 'pd' }),
    observedAs(tikv, 'grpc', { ...timeout, identity: 'pd' }),
  ],
  'peers-reach-each-other': [
    reported(members(false)),
    reported({ kind: 'pd-stores', stores: [{ address: '10.0.1.4:20160', state: 'Disconnected' }] }),
    reported(undefined, 503),
  ],
  'server-verifies': [
    observedAs(tidb, 'status', {
      chain: await issue({ dns: ['db-9'], ip: ['10.0.9.9'] }),
      peerProblem: 'ERR_TLS_CERT_ALTNAME_INVALID',
    }),
  ],
  'served-matches-file': [
    await notReloaded(tikv, 60_000),
    await notReloaded(node('tiflash', { version: '8.5.0' }), 1_000),
  ],
  'trusts-ca-on-disk': [await handshaken(pd, 'client', { authorities: [subjectOf(nextAuthority)] }), await sameName()],
};
