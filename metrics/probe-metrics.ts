import { Gauge, Registry } from 'prom-client';
import type { Certificate } from '../credentials/certificate.js';
import { goSuite } from '../credentials/go-tls-names.js';
import { shortened } from '../credentials/shortened.js';
import { type Observation, type ServingStatus, servingStatuses } from '../probes/observation.js';
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
  set('probe_success', 'Whether the probe succeeded (0 or 1).', succeeded(observation) ? 1 : 0);
  set('probe_duration_seconds', 'Duration of the probe.', durations.total);
  set('probe_timeout_seconds', 'Timeout of the probe.', options.timeoutSeconds);
  set('tidb_mtls_probe_outcome', 'Outcome of the probe; always 1.', 1, {
    outcome,
    rejected_by: rejection?.side ?? '',
    reason: rejection?.name ?? '',
  });
  const [leaf] = peerChain;
  if (leaf !== undefined) {
    const served = earliestExpiry(servedOf(peerChain));
    set('probe_ssl_earliest_cert_expiry', 'Earliest expiry in the chain that the port served.', served);
    if (peerProblem === undefined) {
      const verified = earliestExpiry(peerChain);
      set('probe_ssl_last_chain_expiry_timestamp_seconds', 'Earliest expiry in the verified chain.', verified);
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
    set('probe_tls_cipher_info', 'Cipher suite; always 1.', 1, { cipher: goSuite(cipher ?? '') });
  }
  const encrypted = tlsVersion === undefined ? 0 : 1;
  if (protocol === 'http') {
    set('probe_http_ssl', 'Whether the port spoke TLS (0 or 1).', encrypted);
    set('probe_http_status_code', 'HTTP status; 0 without an answer.', application?.status ?? 0);
  } else if (protocol === 'grpc') {
    set('probe_grpc_ssl', 'Whether the port spoke TLS (0 or 1).', encrypted);
    set('probe_grpc_status_code', 'gRPC status; absent without an answer, since 0 is OK.', application?.status);
    if (application?.protocol === 'grpc' && application.serving !== undefined) {
      setServing(registry, application.serving);
    }
  }
  return visibleMetrics(await registry.metrics());
}

/**
 * As blackbox_exporter has it: a completed handshake for a probe that sends no request, a health check that reports
 * SERVING, HTTP below 500. Only a server that was verified counts.
 */
function succeeded({ protocol, outcome, application, durations, peerProblem }: Observation): boolean {
  if (protocol === 'tls') {
    const isSilent = outcome === 'inconclusive' && durations.handshake !== undefined && peerProblem === undefined;
    return outcome === 'accepted' || isSilent;
  }
  const isHealthy =
    application?.protocol === 'grpc'
      ? application.serving === undefined || application.serving === 'SERVING'
      : (application?.status ?? 0) < 500;
  return outcome === 'accepted' && isHealthy;
}

function setServing(registry: Registry, serving: ServingStatus): void {
  const name = 'probe_grpc_healthcheck_response';
  const help = 'Answer of the health check: 1 for the status that it reports.';
  const gauge = new Gauge({ name, help, labelNames: ['serving_status'], registers: [registry] });
  for (const one of servingStatuses) {
    gauge.set({ serving_status: one }, one === serving ? 1 : 0);
  }
}

/** Without the root that OpenSSL took from the CA file to complete the chain: it expires with that file, not here. */
function servedOf(chain: readonly Certificate[]): readonly Certificate[] {
  const last = chain.at(-1);
  return chain.length > 1 && last?.subject === last?.issuer ? chain.slice(0, -1) : chain;
}

function earliestExpiry(chain: readonly Certificate[]): number {
  return Math.min(...chain.map(({ notAfter }) => seconds(notAfter)));
}
