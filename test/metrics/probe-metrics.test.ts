import t from 'tap';
import { Authority } from '../../certs-dev/authority.js';
import { readCertificate } from '../../credentials/read-certificate.js';
import { renderProbe } from '../../metrics/probe-metrics.js';
import type { Observation, ServingStatus } from '../../probes/observation.js';
import { accepted, rejected } from '../support/observations.js';

t.test('the answer of /probe has the metric names of blackbox_exporter', async (t) => {
  const authority = await Authority.create();
  const issued = await authority.issue({ commonName: 'tikv', dns: ['db.example'], ip: ['10.0.0.1'] });
  const leaf = readCertificate(issued.certificatePem);
  const seen = { ...accepted, peerChain: [leaf] };
  const good = await renderProbe(seen, { timeoutSeconds: 5 });
  t.match(good, /^probe_success 1$/m);
  t.match(good, /^probe_timeout_seconds 5$/m);
  t.match(good, 'probe_tls_version_info{version="TLS 1.3"} 1');
  t.match(good, 'subjectalternative="db.example,10.0.0.1"');
  t.match(good, /^probe_grpc_status_code 0$/m);
  t.match(good, /^probe_ssl_last_chain_expiry_timestamp_seconds \d+$/m);
  const bad = await renderProbe(
    { ...rejected('certificate', 'CERT_HAS_EXPIRED'), peerChain: [leaf], peerProblem: 'CERT_HAS_EXPIRED' },
    { timeoutSeconds: 5 },
  );
  t.match(bad, /^probe_success 0$/m);
  t.match(bad, /^probe_ssl_earliest_cert_expiry \d+$/m, 'the expiry of a bad certificate is still there');
  t.notMatch(bad, 'probe_ssl_last_chain_expiry', 'but nothing verified');
  t.notMatch(bad, 'probe_grpc_status_code', 'and no status was received');
  const http = await renderProbe({ ...seen, protocol: 'http', application: undefined }, { timeoutSeconds: 5 });
  t.match(http, /^probe_http_status_code 0$/m);
});

t.test('success means what it means for blackbox_exporter', async (t) => {
  const success = async (more: Partial<Observation>) =>
    /^probe_success (\d)$/m.exec(await renderProbe({ ...accepted, ...more }, { timeoutSeconds: 5 }))?.[1];
  const handshake = { protocol: 'tls', outcome: 'inconclusive', application: undefined } as const;
  t.equal(await success(handshake), '1', 'a completed handshake, for a probe that sends no request');
  t.equal(await success({ ...handshake, peerProblem: 'CERT_HAS_EXPIRED' }), '0');
  t.equal(await success({ ...handshake, durations: { total: 1, connect: 0.1, handshake: undefined } }), '0');
  t.equal(await success({ ...handshake, protocol: 'http' }), '0', 'but a request wants an answer');
  const http = (status: number) =>
    success({ protocol: 'http', application: { protocol: 'http', status, answer: undefined } });
  t.equal(await http(200), '1');
  t.equal(await http(404), '1');
  t.equal(await http(503), '0');
  const grpc = (serving: ServingStatus | undefined) =>
    success({ protocol: 'grpc', application: { protocol: 'grpc', status: 0, serving } });
  t.equal(await grpc('SERVING'), '1');
  t.equal(await grpc(undefined), '1');
  t.equal(await grpc('NOT_SERVING'), '0');
});

t.test('the health check, the suite by the name that Go has, and the expiry of what was served', async (t) => {
  const authority = await Authority.create();
  const root = readCertificate(authority.certificatePem);
  const notAfter = new Date(root.notAfter.getTime() + 86_400_000);
  const leaf = readCertificate((await authority.issue({ commonName: 'tikv', notAfter })).certificatePem);
  const application = { protocol: 'grpc', status: 0, serving: 'NOT_SERVING' } as const;
  const seen = { ...accepted, peerChain: [leaf, root], cipher: 'ECDHE-RSA-AES128-GCM-SHA256', application };
  const text = await renderProbe(seen, { timeoutSeconds: 5 });
  t.match(text, 'probe_grpc_healthcheck_response{serving_status="NOT_SERVING"} 1');
  t.match(text, 'probe_grpc_healthcheck_response{serving_status="SERVING"} 0');
  t.match(text, 'probe_tls_cipher_info{cipher="TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"} 1');
  const value = (name: string) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]) * 1_000;
  t.equal(value('probe_ssl_earliest_cert_expiry'), leaf.notAfter.getTime());
  t.equal(value('probe_ssl_last_chain_expiry_timestamp_seconds'), root.notAfter.getTime());
});
