import { Gauge, Registry } from 'prom-client';
import { shortened } from '../credentials/shortened.js';
import type { Observation } from '../probes/observation.js';
import { seconds } from './labels.js';
import { visibleMetrics } from './unprintable.js';

/** A certificate may have thousands of names, which are too many for a label. */
const longestNames = 1_024;

/** The answer of `/probe` with the metric names of blackbox_exporter. Each answer has its own registry, so nothing stale is in it. */
export async function renderProbe(
  observation: Observation,
  options: { readonly timeoutSeconds: number },
): Promise<string> {
  const registry = new Registry();
  const set = (name: string, help: string, value: number | undefined, labels: Record<string, string> = {}) => {
    if (value !== undefined) {
      new Gauge({ name, help, labelNames: Object.keys(labels), registers: [registry] }).set(labels, value);
    }
  };
  const { protocol, outcome, durations, peerChain, peerProblem, tlsVersion, cipher, application, rejection } =
    observation;
  set('probe_success', 'Whether the port answered with application bytes (0 or 1).', outcome === 'accepted' ? 1 : 0);
  set('probe_duration_seconds', 'Duration of the probe.', durations.total);
  set('probe_timeout_seconds', 'Timeout of the probe.', options.timeoutSeconds);
  set('tidb_mtls_probe_outcome', 'Outcome of the probe; always 1.', 1, {
    outcome,
    rejected_by: rejection?.side ?? '',
    reason: rejection?.name ?? '',
  });
  const [leaf] = peerChain;
  if (leaf !== undefined) {
    const earliest = Math.min(...peerChain.map(({ notAfter }) => seconds(notAfter)));
    set('probe_ssl_earliest_cert_expiry', 'Earliest expiry in the chain that the port served.', earliest);
    if (peerProblem === undefined) {
      set('probe_ssl_last_chain_expiry_timestamp_seconds', 'Earliest expiry in the verified chain.', earliest);
    }
    const { dns, ip, uri } = leaf.subjectAltNames;
    set('probe_ssl_last_chain_info', 'The leaf certificate that the port served; always 1.', 1, {
      fingerprint_sha256: leaf.fingerprint,
      subject: leaf.subject,
      issuer: leaf.issuer,
      subjectalternative: shortened([...dns, ...ip, ...uri].join(','), longestNames),
      serialnumber: leaf.serialNumber,
    });
  }
  if (tlsVersion !== undefined) {
    // blackbox_exporter and its dashboards write `TLS 1.3` where Node has `TLSv1.3`.
    set('probe_tls_version_info', 'TLS version; always 1.', 1, { version: tlsVersion.replace(/^TLSv/, 'TLS ') });
    set('probe_tls_cipher_info', 'Cipher suite; always 1.', 1, { cipher: cipher ?? '' });
  }
  const encrypted = tlsVersion === undefined ? 0 : 1;
  if (protocol === 'http') {
    set('probe_http_ssl', 'Whether the port spoke TLS (0 or 1).', encrypted);
    set('probe_http_status_code', 'HTTP status; 0 without an answer.', application?.status ?? 0);
  } else if (protocol === 'grpc') {
    set('probe_grpc_ssl', 'Whether the port spoke TLS (0 or 1).', encrypted);
    set('probe_grpc_status_code', 'gRPC status; absent without an answer, since 0 is OK.', application?.status);
  }
  return visibleMetrics(await registry.metrics());
}
