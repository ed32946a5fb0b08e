import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { Collector } from '../../agent/collect/collector.js';
import { negativeProbesOnce, observeOnce } from '../../agent/collect/cycle.js';
import { defaults } from '../../agent/config/load.js';
import { ReloadTrigger } from '../../agent/sidecar/reload-trigger.js';
import { Authority } from '../../certs-dev/authority.js';
import type { Finding } from '../../checks/finding.js';
import type { DeclaredInstance } from '../../cluster/inventory/declared.js';
import { probeGrpc } from '../../probes/grpc-probe.js';
import { patience } from '../support/eventually.js';
import { needs } from '../support/peers.js';
import { authority, files, freePort, identity, names, started } from '../support/real-peer.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const etcd = '/usr/bin/etcd';
const python = needs('/usr/lib/python3/dist-packages/grpc/__init__.py', 'python3-grpcio');
const origin = { kind: 'flag', name: '--instance' } as const;

async function observerOf(t: Test, agent: string, instances: readonly DeclaredInstance[]): Promise<Collector> {
  const directory = temporaryDirectory(t);
  const security = files(directory, await authority.issue({ ...names, commonName: agent }));
  const nobody = await authority.issue({ ...names, commonName: 'nobody' });
  const wrongName = { cert: join(directory, 'wrong-name.crt'), key: join(directory, 'wrong-name.key') };
  writeFileSync(wrongName.cert, nobody.certificatePem);
  writeFileSync(wrongName.key, nobody.keyPem);
  const probe = { ...defaults.probe, timeout: patience, resumption: true };
  const config = { ...defaults, scope: 'cluster' as const, security, instances, wrongName, probe };
  return await Collector.create(config, { now: () => new Date(), onReload: () => undefined });
}

async function look(collector: Collector): Promise<readonly Finding[]> {
  const { signal } = new AbortController();
  await observeOnce(collector, signal);
  await negativeProbesOnce(collector, signal);
  return collector.evaluate();
}

/** `status endpoint identity: message` of one check. */
function linesOf(findings: readonly Finding[], check: string): readonly string[] {
  return findings
    .filter((finding) => finding.check === check)
    .map(({ status, endpoint, identity, message }) => `${status} ${endpoint} ${identity ?? ''}: ${message}`)
    .sort();
}

t.test(
  'real etcd: unauthorized clients, server handshake, a session, a CA that was not loaded; and what negative probes cost',
  needs(etcd, 'etcd-server'),
  async (t) => {
    const directory = temporaryDirectory(t);
    const server = files(directory, await authority.issue({ ...names, commonName: 'PD-Server' }));
    const [client, peer] = [await freePort(), await freePort()];
    const urls = { client: `https://127.0.0.1:${client}`, peer: `https://127.0.0.1:${peer}` };
    const log = join(directory, 'etcd.log');
    await started(
      t,
      etcd,
      [
        ...[`--data-dir=${join(directory, 'data')}`, '--logger=zap', `--log-outputs=${log},stderr`],
        ...[`--listen-client-urls=${urls.client}`, `--advertise-client-urls=${urls.client}`],
        ...[`--listen-peer-urls=${urls.peer}`, `--initial-advertise-peer-urls=${urls.peer}`],
        ...[`--initial-cluster=default=${urls.peer}`, '--client-cert-auth', '--peer-client-cert-auth'],
        ...[`--trusted-ca-file=${server.ca}`, `--cert-file=${server.cert}`, `--key-file=${server.key}`],
        ...[`--peer-trusted-ca-file=${server.ca}`, `--peer-cert-file=${server.cert}`],
        ...[`--peer-key-file=${server.key}`, '--peer-cert-allowed-cn=PD-Server'],
      ],
      /ready to serve client requests|serving client/,
    );
    const declared: DeclaredInstance = {
      component: 'pd',
      address: `127.0.0.1:${client}`,
      addresses: { peer: `127.0.0.1:${peer}` },
      ...server,
      allowedCommonNames: ['PD-Server'],
      origin,
    };
    const collector = await observerOf(t, 'PD-Server', [declared]);
    const lines = () => readFileSync(log, 'utf8').split('\n').length;
    await observeOnce(collector, new AbortController().signal);
    const before = lines();
    await negativeProbesOnce(collector, new AbortController().signal);
    const negativeProbe = collector
      .observations()
      .filter(({ observation }) => observation.identity !== 'agent' && observation.identity !== 'pd');
    t.comment(
      `one round at two ports: ${negativeProbe.length} unauthorized clients and 2 server handshakes, ${lines() - before} log lines of etcd; at the rhythm of 10 minutes ${6 * (lines() - before)} an hour`,
    );
    const findings = collector.evaluate();
    t.match(linesOf(findings, 'rejects-unauthorized'), [
      /^pass client foreign-ca: rejects a certificate of an unknown CA: TLS alert \w+ \(\d+\)/,
      /^pass client no-certificate: rejects clients without a certificate: TLS alert \w+ \(\d+\)/,
      /^pass client plaintext: rejects plaintext/,
      /^pass client wrong-name: accepts .*: it has no allow-list/,
      /^pass peer foreign-ca: rejects .*TLS alert \w+ \(\d+\)/,
      /^pass peer no-certificate: rejects .*TLS alert \w+ \(\d+\)/,
      /^pass peer plaintext: rejects plaintext/,
      /^pass peer wrong-name: rejects .*with another name: TLS alert bad_certificate \(42\)/,
    ]);
    t.match(linesOf(findings, 'requests-certificate'), [/^pass client/, /^pass peer/]);
    t.match(linesOf(findings, 'trusts-ca-on-disk'), [/^pass client/, /^pass peer/]);
    t.match(linesOf(findings, 'resumption-rejected'), [/^(warn|pass) client/, /^(warn|pass) peer/], 'decided for both');
    writeFileSync(server.ca, (await Authority.create({ commonName: 'Next CA' })).certificatePem);
    t.match(linesOf(await look(collector), 'trusts-ca-on-disk'), [
      /^fail client : the running process does not trust CN=Next CA of the CA file, and trusts 1 CA/,
      /^fail peer : the running process does not trust CN=Next CA/,
    ]);
  },
);

t.test(
  'real C-core that compares times: rejects unauthorized clients; stays on the old certificate, is diagnosed, triggered, recovers',
  python,
  async (t) => {
    const directory = temporaryDirectory(t);
    const server = files(directory, await authority.issue({ ...names, commonName: 'TiKV-Server' }));
    const script = join(import.meta.dirname, 'grpc_server.py');
    const args = [script, server.ca, server.cert, server.key, 'TiDB-Server', 'mtime'];
    const log = join(directory, 'stderr');
    const shell = ['-c', `exec /usr/bin/python3 "$@" 2>${log}`, 'sh', ...args];
    const [, port = ''] = await started(t, '/bin/sh', shell, /READY (\d+)/);
    const declared: DeclaredInstance = {
      ...{ component: 'tikv', address: `127.0.0.1:${port}`, origin, version: '8.5.0' },
      ...{ ...server, allowedCommonNames: ['TiDB-Server'] },
    };
    const collector = await observerOf(t, 'TiDB-Server', [declared]);
    t.match(linesOf(await look(collector), 'rejects-unauthorized'), [
      /^pass grpc foreign-ca: rejects .*: connection closed/,
      /^pass grpc no-certificate: rejects clients without a certificate: connection closed/,
      /^pass grpc plaintext: rejects/,
      /^pass grpc wrong-name: rejects .*: gRPC status UNAUTHENTICATED \(16\)/,
    ]);
    const lines = () => readFileSync(log, 'utf8').split('\n').length;
    const before = lines();
    await negativeProbesOnce(collector, new AbortController().signal);
    const perHour = 6 * (lines() - before);
    t.comment(
      `one round at one port: 4 unauthorized clients and a server handshake, ${lines() - before} lines on stderr, ${perHour} an hour`,
    );
    const next = await authority.issue({ ...names, commonName: 'TiKV-Server' });
    writeFileSync(server.cert, next.certificatePem);
    // Another client connects between the two writes, which the agent itself would not do.
    const target = { host: '127.0.0.1', port: Number(port), alpn: ['h2'], probe: undefined };
    await probeGrpc(target, identity(await authority.issue(names), 'TLSv1.3'), { timeout: patience });
    await collector.readCredentials();
    t.match(linesOf(collector.evaluate(), 'key-matches-certificate').join('\n'), /fail/, 'the mismatch is reported');
    writeFileSync(server.key, next.keyPem);
    const stuck = await look(collector);
    t.match(
      stuck.find(({ check, status }) => check === 'served-matches-file' && status === 'fail'),
      { endpoint: 'grpc', remediation: /touch the certificate file/ },
    );
    const reloadTriggers = await new ReloadTrigger().trigger(stuck, collector, new AbortController().signal);
    t.match(reloadTriggers, [{ kind: 'touch', error: undefined }]);
    t.strictSame(
      (await look(collector)).filter(({ check, status }) => check === 'served-matches-file' && status === 'fail'),
      [],
      'recovered',
    );
  },
);
