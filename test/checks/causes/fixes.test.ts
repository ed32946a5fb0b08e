import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { Collector } from '../../../agent/collect/collector.js';
import { negativeProbesOnce, observeOnce } from '../../../agent/collect/cycle.js';
import { readAgentConfig } from '../../../agent/config/load.js';
import { Authority } from '../../../certs-dev/authority.js';
import { type BadKind, issueBad } from '../../../certs-dev/bad.js';
import { componentCommonNames } from '../../../certs-dev/names.js';
import type { CauseName } from '../../../checks/causes/cause.js';
import { applyFixes, type Switched } from '../../support/apply-fix.js';
import { devCluster } from '../../support/dev-cluster.js';
import { needs } from '../../support/peers.js';

type Member = 'tidb' | 'pd' | 'tikv';

const cluster = await devCluster(t, { members: { tidb: 1, pd: 1, tikv: 1 } });

async function incidents() {
  const config = readAgentConfig(cluster.agentConfig);
  const collector = await Collector.create(config, { now: () => new Date(), onReload: () => undefined });
  const { signal } = new AbortController();
  await observeOnce(collector, signal);
  await negativeProbesOnce(collector, signal);
  return collector.incidentsOf(collector.evaluate());
}

async function replaced(member: Member, kind: BadKind): Promise<void> {
  const { cert, key } = cluster.files(member);
  const hosts = { dns: ['localhost'], ip: ['127.0.0.1'] };
  const year = 365 * 86_400_000;
  const notAfter = kind === 'expired' ? new Date(Date.now() - 1_000) : new Date(Date.now() + year);
  const options = {
    commonName: componentCommonNames[member],
    ...hosts,
    notBefore: new Date(Date.now() - year),
    notAfter,
  };
  const issued =
    kind === 'expired' ? await cluster.authority.issue(options) : await issueBad(cluster.authority, kind, options);
  writeFileSync(key, issued.keyPem);
  writeFileSync(cert, issued.certificatePem);
  if (kind !== 'mismatchedKey') {
    cluster.restart(member);
  }
}

function listEdited(file: string, edit: (text: string) => string): void {
  const path = join(cluster.directory, file);
  writeFileSync(path, edit(readFileSync(path, 'utf8')));
}

const switchedOn = (...all: Switched) => ({
  switched: all,
  apply: async () => {
    for (const [member, endpoint, fault] of all) {
      await cluster.fault(member, endpoint, fault, true);
    }
  },
});

interface Case {
  readonly name: string;
  readonly cause: CauseName;
  readonly apply: () => Promise<void> | void;
  readonly switched?: Switched;
}

const cases: readonly Case[] = [
  { name: 'tidb is down', cause: 'component-down', ...switchedOn(['tidb', 'status', 'down']) },
  {
    name: 'tikv requests no certificate',
    cause: 'port-open',
    ...switchedOn(['tikv', 'grpc', 'requestsNoCertificate']),
  },
  { name: 'tidb ignores names', cause: 'port-open', ...switchedOn(['tidb', 'status', 'verifiesNothing']) },
  { name: 'pd answers in plaintext, too', cause: 'plaintext-port', ...switchedOn(['pd', 'client', 'plaintextToo']) },
  {
    name: 'the list of tikv lacks TiDB',
    cause: 'caller-not-listed',
    apply: () => listEdited('tikv/conf/tikv.toml', (text) => text.replace('"TiDB-Server", ', '')),
  },
  {
    name: 'the list of tidb has an unused name',
    cause: 'unused-list-entry',
    apply: () =>
      listEdited('tidb/conf/tidb.toml', (text) =>
        text.replace('cluster-verify-cn = [', 'cluster-verify-cn = ["TiKV-Server", '),
      ),
  },
  { name: 'tidb has an expired certificate', cause: 'certificate-expired', apply: () => replaced('tidb', 'expired') },
  {
    name: 'tikv has a certificate without clientAuth',
    cause: 'usage-missing',
    apply: () => replaced('tikv', 'serverAuthOnly'),
  },
  { name: 'pd has a certificate for other names', cause: 'names-missing', apply: () => replaced('pd', 'otherHost') },
  { name: 'tidb has a certificate of another CA', cause: 'other-ca', apply: () => replaced('tidb', 'otherCa') },
  {
    name: 'tidb has loaded another CA',
    cause: 'other-ca',
    apply: async () => {
      writeFileSync(cluster.files('tidb').ca, (await Authority.create()).certificatePem);
      cluster.restart('tidb');
    },
  },
  {
    name: 'tikv did not pick up a rotation: certificate first, then a connection, then the key',
    cause: 'rotation-not-picked-up',
    apply: () => cluster.rotate('tikv', { order: 'certificate-first', between: () => pokeTikv() }),
  },
  {
    name: 'the key of tidb is world-readable',
    cause: 'key-exposed',
    apply: () => chmodSync(cluster.files('tidb').key, 0o644),
  },
];

/** A connection while certificate and key do not match. */
async function pokeTikv(): Promise<void> {
  await new Promise<void>((resolve) => {
    const socket = connect(cluster.port('tikv', 'grpc'), '127.0.0.1', () => socket.end());
    socket.once('close', () => resolve());
    socket.resume();
    setTimeout(() => socket.destroy(), 200).unref();
  });
}

t.test(
  'on a running cluster each fault is one incident, and its fixes, applied as they are printed, end it',
  { ...needs('/usr/bin/openssl', 'openssl'), timeout: 300_000 },
  async (t) => {
    t.strictSame(
      (await incidents()).map(({ summary }) => summary),
      [],
      'healthy',
    );
    for (const { name, cause, apply, switched } of cases) {
      await apply();
      const [first, ...more] = await incidents();
      t.match(first, { cause }, name);
      t.strictSame(
        more.map(({ summary }) => summary),
        [],
        `${name}: one incident`,
      );
      const left = await applyFixes(cluster, first?.fixes ?? [], switched);
      t.strictSame(
        (await incidents()).map(({ cause, summary }) => `${cause}: ${summary}`),
        [],
        `${name}: fixed by ${first?.fixes.join(' // ')}; not applied: ${left.join(' // ')}`,
      );
    }
  },
);

t.test('a file that is gone is one incident until it is back', async (t) => {
  const { cert } = cluster.files('tidb');
  const text = readFileSync(cert);
  rmSync(cert);
  t.match(await incidents(), [{ cause: 'file-unreadable', severity: 'failing', status: 'fail' }]);
  writeFileSync(cert, text);
  t.strictSame(await incidents(), []);
});
