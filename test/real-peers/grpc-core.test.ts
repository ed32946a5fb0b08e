import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { Authority, type Issued } from '../../certs-dev/authority.js';
import type { GrpcProbeMethod } from '../../cluster/components/profile.js';
import { withoutStall } from '../../probes/event-loop-stall.js';
import { probeGrpc } from '../../probes/grpc-probe.js';
import type { ProbeTarget } from '../../probes/prober.js';
import { patience } from '../support/eventually.js';
import { needs } from '../support/peers.js';
import {
  authority,
  files,
  identity,
  linkedFiles,
  names,
  renameOver,
  say,
  started,
  swapData,
  table,
  type Version,
} from '../support/real-peer.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const python = needs('/usr/lib/python3/dist-packages/grpc/__init__.py', 'python3-grpcio');

/** A server that reloads at `every` connection, or when the certificate's `mtime` changed, as TiKV does. */
async function serve(t: Test, directory: string, paths: ReturnType<typeof files>, reload: 'every' | 'mtime') {
  const server = join(import.meta.dirname, 'grpc_server.py');
  const args = [server, paths.ca, paths.cert, paths.key, 'TiDB-Server', reload];
  const [, port] = await started(t, '/usr/bin/python3', args, /READY (\d+)/);
  const target = (method: GrpcProbeMethod): ProbeTarget => ({
    host: '127.0.0.1',
    port: Number(port),
    alpn: ['h2'],
    probe: { protocol: 'grpc', method },
  });
  const ask = (pair: Issued | undefined, version: Version) =>
    withoutStall(() =>
      probeGrpc(target('/debugpb.Debug/GetClusterInfo'), identity(pair, version), { timeout: patience }),
    );
  const caller = await authority.issue(names);
  const served = async (pair = caller, ca = authority.certificatePem) => {
    const seen = await withoutStall(() =>
      probeGrpc(target('/grpc.health.v1.Health/Check'), identity(pair, 'TLSv1.3', ca), { timeout: patience }),
    );
    return seen.outcome === 'accepted' ? `${seen.peerChain[0]?.subject}` : say(seen);
  };
  return { directory, ask, served };
}

const first = () => authority.issue({ ...names, commonName: 'First' });

t.test('gRPC C-core rejects by a bare close, and names per call', python, async (t) => {
  const directory = temporaryDirectory(t);
  const { ask } = await serve(t, directory, files(directory, await first()), 'every');
  const closed = 'rejected by close';
  const named = 'rejected by rpc-status 16';
  await table(
    t,
    'C-core',
    [
      ['good', 'accepted'],
      ['noUsage', 'accepted'],
      ['intermediateChain', 'accepted'],
      ['superstringCommonName', named],
      ['none', closed],
      ['otherCa', closed],
      ['expired', closed],
      ['notYetValid', closed],
      ['serverAuthOnly', closed],
    ],
    ask,
  );
});

t.test('C-core that reloads per connection takes every rotation, and the CA with it', python, async (t) => {
  const directory = temporaryDirectory(t);
  const paths = linkedFiles(directory, await first());
  const { served } = await serve(t, directory, paths, 'every');
  t.equal(await served(), 'CN=First');
  swapData(directory, 'second', await authority.issue({ ...names, commonName: 'Swapped' }));
  t.equal(await served(), 'CN=Swapped', 'by the link ..data');
  const renamed = await authority.issue({ ...names, commonName: 'Renamed' });
  renameOver(paths.cert, renamed.certificatePem);
  t.equal(await served(), 'CN=Swapped', 'a mismatched pair is not loaded, the old one stays');
  renameOver(paths.key, renamed.keyPem);
  t.equal(await served(), 'CN=Renamed', 'and is taken once its key is there');
  const next = await Authority.create({ commonName: 'Next CA' });
  const [server, caller] = [await next.issue({ ...names, commonName: 'Next' }), await next.issue(names)];
  writeFileSync(paths.ca, next.certificatePem);
  writeFileSync(paths.key, server.keyPem);
  writeFileSync(paths.cert, server.certificatePem);
  t.equal(await served(caller, next.certificatePem), 'CN=Next', 'the new CA lets its callers in');
  t.equal(await served(undefined, next.certificatePem), 'rejected by close', 'and rejects those of the old one');
});

t.test(
  'C-core that compares only the time of the certificate stays on the old one after a mismatched pair, until the file is touched',
  python,
  async (t) => {
    const directory = temporaryDirectory(t);
    const paths = files(directory, await first());
    const { served } = await serve(t, directory, paths, 'mtime');
    t.equal(await served(), 'CN=First');
    const second = await authority.issue({ ...names, commonName: 'Second' });
    writeFileSync(paths.cert, second.certificatePem);
    t.equal(await served(), 'CN=First', 'the mismatched pair is not loaded');
    writeFileSync(paths.key, second.keyPem);
    t.equal(await served(), 'CN=First', 'and the key alone is not noticed: stuck');
    utimesSync(paths.cert, new Date(), new Date(Date.now() + 1_000));
    t.equal(await served(), 'CN=Second', 'touching the certificate fixes it');
    const next = await Authority.create({ commonName: 'Next CA' });
    const caller = await next.issue(names);
    writeFileSync(paths.ca, next.certificatePem);
    t.equal(await served(caller), 'rejected by close', 'a CA changed alone is not noticed');
    utimesSync(paths.cert, new Date(), new Date(Date.now() + 2_000));
    t.equal(await served(caller), 'CN=Second', 'and is taken when the certificate is touched');
  },
);
