import { join } from 'node:path';
import t from 'tap';
import type { Issued } from '../../certs-dev/authority.js';
import { withoutStall } from '../../probes/event-loop-stall.js';
import { probeHttp } from '../../probes/http-probe.js';
import type { ProbeTarget } from '../../probes/prober.js';
import { patience } from '../support/eventually.js';
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
