import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import t from 'tap';
import { PdClient } from '../../cluster/discovery/pd-client.js';
import { PdError } from '../../cluster/discovery/pd-messages.js';
import { prefixesFor, registrationsIn } from '../../cluster/discovery/registrations.js';
import { patience } from '../support/eventually.js';
import { needs } from '../support/peers.js';
import { authority, files, freePort, names, started } from '../support/real-peer.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const etcd = '/usr/bin/etcd';
const etcdctl = '/usr/bin/etcdctl';

/** What components write, and what must not be taken for them. */
const written: Readonly<Record<string, string>> = {
  '/topology/tidb/10.0.1.1:4000/info': '{"version":"8.0.11-TiDB-v8.5.0","ip":"10.0.1.1","status_port":10080}',
  '/topology/tidb/10.0.1.1:4000/ttl': '1700000000000000000',
  '/topology/tidb/10.0.1.9:4000/info': '{"version":"8.0.11-TiDB-v8.5.0","ip":"10.0.1.9","status_port":10080}',
  '/keyspaces/tidb/7/topology/tidb/[fd00::1]:4000/info': '{"ip":"fd00::1","status_port":10080}',
  '/keyspaces/tidb/7/topology/tidb/[fd00::1]:4000/ttl': '1',
  '/topology/tiproxy/10.0.1.2:6000/info': '{"version":"1.3.0","ip":"10.0.1.2","port":"6000","status_port":"3080"}',
  '/topology/tiproxy/10.0.1.2:6000/ttl': '1',
  '/topology/prometheus': '{"ip":"10.0.1.8","port":9090}',
  '/tidb/cdc/default/__cdc_meta__/capture/5a1c':
    '{"id":"5a1c","address":"cdc-0.cdc-peer.db.svc:8301","version":"v8.5.0"}',
  '/tidb/cdc/default/__cdc_meta__/owner/5a1c': '5a1c',
  '/tidb/cdc/other/__cdc_meta__/capture/77': 'not json',
  '/ms/42/tso/registry/http://10.0.1.3:3379': '{"service-addr":"http://10.0.1.3:3379","version":"v8.5.0"}',
  '/ms/43/tso/registry/http://10.9.9.9:3379': '{"service-addr":"http://10.9.9.9:3379"}',
};

t.test(
  'keys written with etcdctl are read by gRPC over mutual TLS, and nothing else is done',
  { ...needs(etcd, 'etcd-server'), ...needs(etcdctl, 'etcd-client') },
  async (t) => {
    const directory = temporaryDirectory(t);
    const server = files(directory, await authority.issue({ ...names, commonName: 'PD-Server' }));
    const [client, peer] = [await freePort(), await freePort()];
    const url = `https://127.0.0.1:${client}`;
    await started(
      t,
      etcd,
      [
        `--data-dir=${join(directory, 'data')}`,
        `--listen-client-urls=${url}`,
        `--advertise-client-urls=${url}`,
        `--listen-peer-urls=http://127.0.0.1:${peer}`,
        `--initial-advertise-peer-urls=http://127.0.0.1:${peer}`,
        `--initial-cluster=default=http://127.0.0.1:${peer}`,
        '--client-cert-auth',
        `--trusted-ca-file=${server.ca}`,
        `--cert-file=${server.cert}`,
        `--key-file=${server.key}`,
      ],
      /ready to serve client requests/,
    );
    const flags = [`--endpoints=${url}`, `--cacert=${server.ca}`, `--cert=${server.cert}`, `--key=${server.key}`];
    const control = (...args: readonly string[]) =>
      execFileSync(etcdctl, [...flags, ...args], { env: { ...process.env, ETCDCTL_API: '3' } }).toString();
    for (const [key, value] of Object.entries(written)) {
      control('put', key, value);
    }
    const revision = () => JSON.parse(control('get', 'x', '-w', 'json')).header.revision as number;
    const before = revision();
    const agent = await authority.issue({ ...names, commonName: 'TiDB-mTLS-Agent' });
    const ca = authority.certificatePem;
    const secureContext = createSecureContext({ ca, cert: agent.certificatePem, key: agent.keyPem });
    const pd = new PdClient(url, { secureContext, timeout: patience });
    t.teardown(() => pd.close());
    const ranges = await Promise.all(prefixesFor(42n).map((prefix) => pd.range(prefix)));
    const { alive, stale, unreadable } = registrationsIn(new Map(ranges.flatMap((range) => [...range])));
    const seen = alive.map(
      ({ component, address, scheme }) => `${component} ${scheme ?? ''} ${address.host}:${address.port}`,
    );
    t.strictSame(seen.sort(), [
      'ticdc  cdc-0.cdc-peer.db.svc:8301',
      'tidb  10.0.1.1:10080',
      'tidb  fd00::1:10080',
      'tiproxy  10.0.1.2:3080',
      'tso http 10.0.1.3:3379',
    ]);
    t.strictSame(stale, ['/topology/tidb/10.0.1.9:4000/info'], 'a crashed TiDB stays for ever without its ttl');
    t.strictSame(unreadable, ['/tidb/cdc/other/__cdc_meta__/capture/77']);
    t.equal(revision(), before, 'nothing was written');

    const unauthorizedClient = new PdClient(url, { secureContext: createSecureContext({ ca }), timeout: patience });
    t.teardown(() => unauthorizedClient.close());
    await t.rejects(unauthorizedClient.range('/topology/'), PdError, 'without a certificate nothing is read');
    await t.rejects(pd.members(), { code: 'pd_unreachable' }, 'an etcd that is no PD knows no members');
  },
);
