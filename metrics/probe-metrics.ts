import { Gauge, Registry } from 'prom-client';
import { shortened } from '../credentials/shortened.js';
import type { Observation } from '../probes/observation.js';
import { seconds } from './labels.js';
import { visibleMetrics } from './unprintable.js';

/** A server may have thousands of names; a label is no place for them. */
const longestNames = 1_024;

/** The answer of `/probe` in blackbox_exporter's vocabulary, on a registry of its own so that nothing stale survives. */
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
  set('probe_success', 'Whether application bytes came back.', outcome === 'accepted' ? 1 : 0);
  set('probe_duration_seconds', 'How long the probe took.', durations.total);
  set('probe_timeout_seconds', 'How long it was allowed to take.', options.timeoutSeconds);
  set('tidb_mtls_probe_outcome', 'What was seen; always 1.', 1, {
    outcome,
    rejected_by: rejection?.side ?? '',
    reason: rejection?.name ?? '',
  });
  const [leaf] = peerChain;
  if (leaf !== undefined) {
    const earliest = Math.min(...peerChain.map(({ notAfter }) => seconds(notAfter)));
    set('probe_ssl_earliest_cert_expiry', 'Earliest end in the chain served.', earliest);
    if (peerProblem === undefined) {
      set('probe_ssl_last_chain_expiry_timestamp_seconds', 'Earliest end in the chain that verified.', earliest);
    }
    const { dns, ip, uri } = leaf.subjectAltNames;
    set('probe_ssl_last_chain_info', 'The leaf served; always 1.', 1, {
      fingerprint_sha256: leaf.fingerprint,
      subject: leaf.subject,
      issuer: leaf.issuer,
      subjectalternative: shortened([...dns, ...ip, ...uri].join(','), longestNames),
      serialnumber: leaf.serialNumber,
    });
  }
  if (tlsVersion !== undefined) {
    // Go, and so every dashboard made for blackbox_exporter, writes `TLS 1.3` where Node has `TLSv1.3`.
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
