import { join } from 'node:path';
import t from 'tap';
import type { Issued } from '../../certs-dev/authority.js';
import { sourceAccepted, sourceRejection } from '../../checks/source-address.js';
import { readCertificate } from '../../credentials/read-certificate.js';
import { withoutStall } from '../../probes/event-loop-stall.js';
import { probeHttp } from '../../probes/http-probe.js';
import type { ProbeTarget } from '../../probes/prober.js';
import { patience } from '../support/eventually.js';
import { instanceOf } from '../support/evidence.js';
import { needs } from '../support/peers.js';
import {
  authority,
  freePort,
  identity,
  linkedFiles,
  names,
  say,
  started,
  table,
  type Version,
  versions,
} from '../support/real-peer.js';
import { everyRotation } from '../support/rotations.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const etcd = '/usr/bin/etcd';

t.test(
  'etcd of an older Go: every rejection is alert 42, rotations as on PD',
  needs(etcd, 'etcd-server'),
  async (t) => {
    const directory = temporaryDirectory(t);
    const tls = temporaryDirectory(t);
    const files = linkedFiles(tls, await authority.issue({ ...names, commonName: 'PD-Server' }));
    const [client, peer] = [await freePort(), await freePort()];
    const urls = { client: `https://127.0.0.1:${client}`, peer: `https://127.0.0.1:${peer}` };
    await started(
      t,
      etcd,
      [
        `--data-dir=${join(directory, 'data')}`,
        `--listen-client-urls=${urls.client}`,
        `--advertise-client-urls=${urls.client}`,
        `--listen-peer-urls=${urls.peer}`,
        `--initial-advertise-peer-urls=${urls.peer}`,
        `--initial-cluster=default=${urls.peer}`,
        '--client-cert-auth',
        `--trusted-ca-file=${files.ca}`,
        `--cert-file=${files.cert}`,
        `--key-file=${files.key}`,
        '--peer-client-cert-auth',
        `--peer-trusted-ca-file=${files.ca}`,
        `--peer-cert-file=${files.cert}`,
        `--peer-key-file=${files.key}`,
        '--peer-cert-allowed-cn=PD-Server',
      ],
      /ready to serve client requests|serving client requests/i,
    );
    const at = (port: number): ProbeTarget => ({
      host: '127.0.0.1',
      port,
      alpn: ['http/1.1'],
      probe: { protocol: 'http', path: '/version', accept: 'any' },
    });
    const ask = (port: number) => (pair: Issued | undefined, version: Version) =>
      withoutStall(() => probeHttp(at(port), identity(pair, version), { timeout: patience }));
    const rejected = 'rejected by tls-alert 42';
    await table(
      t,
      'etcd client port',
      [
        ['good', 'accepted'],
        ['noUsage', 'accepted'],
        ['intermediateChain', 'accepted'],
        ['none', rejected],
        ['otherCa', rejected],
        ['expired', rejected],
        ['notYetValid', rejected],
        ['serverAuthOnly', rejected],
      ],
      ask(client),
    );
    await table(t, 'etcd peer port with a list', [['good', rejected]], ask(peer));
    const good = await authority.issue(names);
    const served = async () => {
      const seen = await ask(client)(good, 'TLSv1.3');
      return seen.outcome === 'accepted' ? `${seen.peerChain[0]?.subject}` : say(seen);
    };
    await everyRotation(t, { directory: tls, files, served, mismatched: 'rejected by tls-alert 80' });
  },
);

t.test(
  'the peer port of etcd closes without an alert where the certificate does not cover the address of its caller',
  needs(etcd, 'etcd-server'),
  async (t) => {
    const own = await authority.issue({ ...names, commonName: 'PD-Server' });
    const { ca, cert, key } = linkedFiles(temporaryDirectory(t), own);
    const [client, peer] = [await freePort(), await freePort()];
    const url = `https://127.0.0.1:${peer}`;
    await started(
      t,
      etcd,
      [
        `--data-dir=${join(temporaryDirectory(t), 'data')}`,
        ...[`--listen-client-urls=http://127.0.0.1:${client}`, `--advertise-client-urls=http://127.0.0.1:${client}`],
        ...[`--listen-peer-urls=${url}`, `--initial-advertise-peer-urls=${url}`, `--initial-cluster=default=${url}`],
        ...['--peer-client-cert-auth', `--peer-trusted-ca-file=${ca}`],
        ...[`--peer-cert-file=${cert}`, `--peer-key-file=${key}`],
      ],
      /ready to serve client requests|serving (insecure )?client requests/i,
    );
    const instance = instanceOf('pd');
    const endpoint = instance.endpoints.find(({ name }) => name === 'peer');
    t.ok(endpoint?.profile.callers.sourceAddress);
    const target: ProbeTarget = {
      ...{ host: '127.0.0.1', port: peer, alpn: ['http/1.1'] },
      probe: { protocol: 'http', path: '/version', accept: 'any' },
    };
    for (const [san, expected, cause] of [
      [{}, 'accepted', 'accepted'],
      [{ uri: ['spiffe://x'] }, 'accepted', 'accepted'],
      [{ ip: ['127.0.0.1'] }, 'accepted', 'accepted'],
      [{ ip: ['10.9.9.9'] }, 'rejected by close', 'rejected'],
      [{ dns: ['127.0.0.1'] }, 'accepted', 'undecided'],
      [{ dns: ['localhost'], ip: ['10.9.9.9'] }, 'accepted', 'undecided'],
      [{ dns: ['no-such.invalid'] }, 'rejected by close', 'undecided'],
    ] as const) {
      const pair = await authority.issue({ commonName: 'PD-Server', ...san });
      for (const version of versions) {
        const observation = await withoutStall(() => probeHttp(target, identity(pair, version), { timeout: patience }));
        const title = `${JSON.stringify(san)}, ${version}`;
        t.equal(say(observation), expected, title);
        t.equal(observation.source, '127.0.0.1');
        const leaf = readCertificate(pair.certificatePem);
        t.equal(endpoint && sourceAccepted(endpoint, leaf, '127.0.0.1'), cause, title);
        const seen = endpoint && sourceRejection({ endpoint, observation }, leaf);
        t.equal(seen !== undefined, expected !== 'accepted', `${title}: the cause`);
      }
    }
  },
);
