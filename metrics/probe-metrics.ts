import { Gauge, Registry } from 'prom-client';
import type { Observation } from '../probes/observation.js';

/** The answer of `/probe` in blackbox_exporter's vocabulary, on a registry of its own so that nothing stale survives. */
export function renderProbe(observation: Observation, options: { readonly timeoutSeconds: number }): Promise<string> {
  const registry = new Registry();
  const set = (name: string, help: string, value: number | undefined, labels: Record<string, string> = {}) => {
    if (value !== undefined) {
      new Gauge({ name, help, labelNames: Object.keys(labels), registers: [registry] }).set(labels, value);
    }
  };
  const { outcome, durations, peerChain, tlsVersion, cipher, application, refusal } = observation;
  set('probe_success', 'Whether application bytes came back.', outcome === 'accepted' ? 1 : 0);
  set('probe_duration_seconds', 'How long the probe took.', durations.total);
  set('probe_timeout_seconds', 'How long it was allowed to take.', options.timeoutSeconds);
  set('tidb_mtls_probe_outcome', 'What was seen; always 1.', 1, {
    outcome,
    refused_by: refusal?.side ?? '',
    reason: refusal?.name ?? '',
  });
  if (peerChain.length > 0) {
    const ends = peerChain.map(({ notAfter }) => notAfter.getTime() / 1000);
    set('probe_ssl_earliest_cert_expiry', 'Earliest end in the chain served.', Math.min(...ends));
    const leaf = peerChain[0];
    set('probe_ssl_last_chain_info', 'The leaf served; always 1.', 1, {
      fingerprint_sha256: leaf?.fingerprint ?? '',
      subject: leaf?.subject ?? '',
      issuer: leaf?.issuer ?? '',
      serialnumber: leaf?.serialNumber ?? '',
    });
  }
  if (tlsVersion !== undefined) {
    set('probe_tls_version_info', 'TLS version; always 1.', 1, { version: tlsVersion });
    set('probe_tls_cipher_info', 'Cipher suite; always 1.', 1, { cipher: cipher ?? '' });
  }
  set('probe_http_status_code', 'HTTP status.', application?.protocol === 'http' ? application.status : undefined);
  set('probe_grpc_status_code', 'gRPC status.', application?.protocol === 'grpc' ? application.status : undefined);
  return registry.metrics();
}
