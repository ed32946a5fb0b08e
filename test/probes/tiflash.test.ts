import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import t from 'tap';
import { Authority } from '../../certs-dev/authority.js';
import type { ComponentName, EndpointName } from '../../cluster/components/profile.js';
import { profiles } from '../../cluster/components/profiles.js';
import type { DevCluster } from '../../devcluster/dev-cluster.js';
import { withoutStall } from '../../probes/event-loop-stall.js';
import { probeEndpoint } from '../../probes/probe.js';
import type { Identity } from '../../probes/prober.js';
import { devCluster } from '../support/dev-cluster.js';
import { patience } from '../support/eventually.js';

const question = { protocol: 'grpc', method: '/tikvpb.Tikv/IsAlive' } as const;

function identityOf(cluster: DevCluster): Identity {
  const { ca, cert, key } = cluster.files('agent');
  const [caPem, certPem, keyPem] = [ca, cert, key].map((file) => readFileSync(file, 'utf8'));
  return { name: 'agent', secureContext: createSecureContext({ ca: caPem, cert: certPem, key: keyPem }) };
}

t.test('IsAlive goes to a port that has shown itself to be TiFlash, and to no other', async (t) => {
  const cluster = await devCluster(t);
  const asked = async (component: ComponentName, endpoint: EndpointName) => {
    const port = cluster.port(component, endpoint);
    const target = { host: '127.0.0.1', port, alpn: ['h2'], probe: question };
    return await withoutStall(() => probeEndpoint(target, identityOf(cluster), { timeout: patience }));
  };
  t.match(await asked('tiflash', 'grpc'), {
    outcome: 'accepted',
    application: { protocol: 'grpc', status: 0 },
  });
  for (const [component, endpoint] of [
    ['tidb', 'status'],
    ['pd', 'client'],
    ['tikv', 'grpc'],
  ] as const) {
    const { outcome } = await asked(component, endpoint);
    t.equal(outcome, 'inconclusive', `${component} is not taken for TiFlash, and is not sent the question`);
  }
  await cluster.fault('tiflash', 'grpc', 'rejectCaller', true);
  t.match(await asked('tiflash', 'grpc'), { outcome: 'rejected', rejection: { by: 'rpc-status', number: 7 } });
});

t.test('no other port is ever asked it', async (t) => {
  const asked = Object.values(profiles).flatMap(({ component, endpoints }) =>
    endpoints
      .filter(({ probe, questions }) =>
        [probe, ...Object.values(questions)].some((one) => one.protocol === 'grpc' && one.method === question.method),
      )
      .map(({ name }) => `${component}/${name}`),
  );
  t.strictSame(asked, ['tiflash/grpc']);
});

t.test('TiFlash rejects an unauthorized client before any request', async (t) => {
  const cluster = await devCluster(t);
  const other = await (await Authority.create()).issue({ commonName: 'TiDB-Server', ip: ['127.0.0.1'] });
  const unauthorizedClient: Identity = {
    name: 'foreign-ca',
    secureContext: createSecureContext({
      ca: cluster.authority.certificatePem,
      cert: other.certificatePem,
      key: other.keyPem,
    }),
  };
  const target = { host: '127.0.0.1', port: cluster.port('tiflash', 'grpc'), alpn: ['h2'], probe: question };
  t.match(await withoutStall(() => probeEndpoint(target, unauthorizedClient, { timeout: patience })), {
    outcome: 'rejected',
  });
});
