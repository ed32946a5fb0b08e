import t from 'tap';
import { Authority } from '../../certs-dev/authority.js';
import { readCertificate } from '../../credentials/read-certificate.js';
import { renderProbe } from '../../metrics/probe-metrics.js';
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
