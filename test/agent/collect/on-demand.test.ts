import dnsPromises from 'node:dns/promises';
import { createServer } from 'node:https';
import { syncBuiltinESMExports } from 'node:module';
import type { TLSSocket } from 'node:tls';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { Collector } from '../../../agent/collect/collector.js';
import { OnDemandProbes } from '../../../agent/collect/on-demand.js';
import { readAgentConfig } from '../../../agent/config/load.js';
import { coversAddress, coversName, isSpecialAddress, targetFormat } from '../../../agent/config/target-rules.js';
import type { Authority } from '../../../certs-dev/authority.js';
import type { DevCluster } from '../../../devcluster/dev-cluster.js';
import { devCluster } from '../../support/dev-cluster.js';
import { eventually, patience } from '../../support/eventually.js';
import { listening } from '../../support/listening.js';

const cluster = await devCluster(t);

interface SeenRequest {
  readonly servername: string | false | null;
  readonly host: string | undefined;
  /** Common Name of the client's certificate. */
  readonly showed: string | undefined;
}

/** A port that requests certificates, accepts every client, and records its requests. */
async function openPort(t: Test, authority: Authority) {
  const pair = await authority.issue({ commonName: 'elsewhere', dns: ['rebind.example'], ip: ['127.0.0.1'] });
  const requests: SeenRequest[] = [];
  const server = createServer(
    { cert: pair.certificatePem, key: pair.keyPem, requestCert: true, rejectUnauthorized: false },
    (request, response) => {
      const socket = request.socket as TLSSocket;
      const showed: unknown = socket.getPeerCertificate().subject?.CN;
      const { servername } = socket as TLSSocket & { servername: string | false | null };
      requests.push({
        servername,
        host: request.headers.host,
        showed: showed === undefined ? undefined : String(showed),
      });
      response.end('{}');
    },
  );
  let connections = 0;
  server.on('connection', () => {
    connections++;
  });
  return { port: await listening(t, server), requests, connections: () => connections };
}

async function probes(cluster: DevCluster, allowed: readonly string[], withIdentity: readonly string[] = []) {
  const config = readAgentConfig(cluster.agentConfig);
  const rules = (texts: readonly string[]) => texts.map(targetFormat.parse).filter((rule) => rule !== undefined);
  const probe = { ...config.probe, allowTargets: rules(allowed), identityTargets: rules(withIdentity) };
  const collector = await Collector.create({ ...config, probe }, { now: () => new Date(), onReload: () => undefined });
  const rejections: string[] = [];
  const onDemand = new OnDemandProbes(16, (reason) => rejections.push(reason));
  const ask = (target: string, module: string | undefined = 'tidb_status') =>
    onDemand.ask(collector, { module, target, timeout: patience }) as Promise<Record<string, unknown>>;
  return { ask, rejections };
}

t.test('a port that is not in the inventory is not connected to, and the rejection is counted', async (t) => {
  const { port, connections } = await openPort(t, cluster.authority);
  const { ask, rejections } = await probes(cluster, ['10.0.0.0/8:1-65535', 'db.example:443', '[::1]:1-65535']);
  for (const host of ['127.0.0.1', 'localhost', '127.1', '2130706433', '0x7f000001', '[::ffff:127.0.0.1]', '0.0.0.0']) {
    t.match(await ask(`${host}:${port}`), { status: 403, rejected: /is not in the inventory; add it as/ }, host);
  }
  t.match(await ask('db.example:444'), { status: 403 }, 'another port than the one allowed');
  t.match(await ask('DB.example.org:443'), { status: 403 }, 'another name than the one allowed');
  t.equal(connections(), 0);
  t.strictSame(new Set(rejections), new Set(['not-allowed']));
  t.equal(rejections.length, 9);
});

t.test(
  'a port of allow-targets never sees our certificate, one of identity-targets and of the inventory does',
  async (t) => {
    const { port, requests } = await openPort(t, cluster.authority);
    const open = await probes(cluster, [`127.0.0.0/8:${port}`]);
    t.match(await open.ask(`127.0.0.1:${port}`), { text: /^probe_success 1$/m });
    t.match(await open.ask(`[::ffff:127.0.0.1]:${port}`), { text: /^probe_tls_version_info/m }, 'in IPv6 spelling');
    const trusted = await probes(cluster, [], [`127.0.0.1:${port}`]);
    t.match(await trusted.ask(`127.0.0.1:${port}`), { text: /^probe_success 1$/m });
    t.strictSame(
      requests.map(({ showed }) => showed),
      [undefined, 'TiDB-mTLS-Agent'],
    );
    const known = `127.0.0.1:${cluster.port('tidb', 'status')}`;
    t.match(await open.ask(known), { text: /^probe_success 1$/m }, 'a port of the inventory');
    t.match(
      await open.ask(`127.0.0.1:${port}`, 'tls'),
      { text: /probe_ssl_earliest_cert_expiry/ },
      'a handshake alone',
    );
    t.strictSame(open.rejections, []);
  },
);

t.test('a server of another CA gets no request', async (t) => {
  const { Authority } = await import('../../../certs-dev/authority.js');
  const { port, requests } = await openPort(t, await Authority.create());
  const { ask } = await probes(cluster, [`127.0.0.1:${port}`]);
  t.match(await ask(`127.0.0.1:${port}`), { text: /rejected_by="probe"/ });
  t.strictSame(requests, []);
});

t.test('a name is resolved once, and the address that the rules were applied to is connected to', async (t) => {
  const { port, requests, connections } = await openPort(t, cluster.authority);
  const { lookup } = dnsPromises;
  const answers: string[] = [];
  let questions = 0;
  dnsPromises.lookup = (async () => {
    questions++;
    return { address: answers[Math.min(questions, answers.length) - 1] ?? '', family: 4 };
  }) as never;
  syncBuiltinESMExports();
  t.teardown(() => {
    dnsPromises.lookup = lookup;
    syncBuiltinESMExports();
  });
  const named = await probes(cluster, [`rebind.example:${port}`]);
  answers.push('127.0.0.1');
  t.match(await named.ask(`rebind.example:${port}`), {
    status: 403,
    reason: 'resolved-elsewhere',
    rejected: /resolves to 127\.0\.0\.1, an address of this machine/,
  });
  t.equal(connections(), 0);
  const both = await probes(cluster, [`rebind.example:${port}`, `127.0.0.1:${port}`]);
  questions = 0;
  answers.push('169.254.169.254');
  t.match(await both.ask(`rebind.example:${port}`), { text: /^probe_success 1$/m });
  t.equal(questions, 1);
  t.strictSame(requests, [{ servername: 'rebind.example', host: `rebind.example:${port}`, showed: undefined }]);
});

t.test('a timeout may have a fraction, as Prometheus sends it', async (t) => {
  const config = readAgentConfig(cluster.agentConfig);
  const collector = await Collector.create(config, { now: () => new Date(), onReload: () => undefined });
  const target = `127.0.0.1:${cluster.port('tidb', 'status')}`;
  const answer = await new OnDemandProbes(1, t.error).ask(collector, {
    module: 'tidb_status',
    target,
    timeout: patience + 0.5,
  });
  t.match(answer, { text: /^probe_success 1$/m });
});

t.test('a name without an address is reported', async (t) => {
  const { ask } = await probes(cluster, ['nowhere.invalid:443']);
  t.match(await ask('nowhere.invalid:443'), { status: 503, reason: 'unresolved', rejected: /cannot be resolved: E/ });
});

t.test('more requests than may wait are rejected', async (t) => {
  const silent = await import('node:net');
  const port = await listening(t, silent.createServer());
  const config = readAgentConfig(cluster.agentConfig);
  const rule = targetFormat.parse(`127.0.0.1:${port}`);
  const probe = { ...config.probe, allowTargets: rule === undefined ? [] : [rule] };
  const collector = await Collector.create({ ...config, probe }, { now: () => new Date(), onReload: () => undefined });
  const rejections: string[] = [];
  const onDemand = new OnDemandProbes(1, (reason) => rejections.push(reason));
  const request = { module: 'tls', target: `127.0.0.1:${port}`, timeout: 1_000 };
  // Those that wait have less time than the first one, so that none of them begins in the end.
  const answers = [
    onDemand.ask(collector, { ...request, timeout: 2_000 }),
    ...Array.from({ length: 79 }, () => onDemand.ask(collector, request)),
  ];
  await eventually('some are rejected', () => rejections.length > 0);
  const busy = (await Promise.all(answers)).filter((answer) => 'rejected' in answer && answer.reason === 'busy');
  t.equal(busy.length, 79, 'one began; the others were too many, or waited until their timeout');
});

t.test('the entries of allow-targets', async (t) => {
  const good: readonly (readonly [string, string, number])[] = [
    ['10.0.0.0/8:9000-9999', '10.255.0.1', 9999],
    ['10.0.0.1:443', '10.0.0.1', 443],
    ['[fd00::/8]:443', 'fdff::1', 443],
    ['[::1]:1-65535', '::1', 65_535],
    ['0.0.0.0/0:80', '8.8.8.8', 80],
  ];
  for (const [text, address, port] of good) {
    const rule = targetFormat.parse(text);
    t.ok(rule !== undefined && coversAddress([rule], address, port), text);
    t.notOk(rule !== undefined && coversAddress([rule], address, port === 65_535 ? 0 : port + 1), `${text}, next port`);
  }
  const name = targetFormat.parse('DB.example:443');
  t.ok(name !== undefined && coversName([name], 'db.Example', 443));
  for (const text of [
    ...['10.0.0.0/33:1', '10.0.0.0/8', '10.0.0.0/8:0', '10.0.0.0/8:2-1', '10.0.0.0/8:1-65536', '[10.0.0.1]:1'],
    ...['db.example', 'db.example/8:1', '::1:443', '[fd00::/129]:1', '*:443', '1.2.3:80', 'https://h:1', ''],
  ]) {
    t.equal(targetFormat.parse(text), undefined, text);
  }
  for (const address of [
    '127.9.9.9',
    '169.254.169.254',
    '::1',
    '::',
    '::ffff:127.0.0.1',
    'fe80::1',
    'ff02::1',
    '239.0.0.1',
  ]) {
    t.ok(isSpecialAddress(address), address);
  }
  for (const address of ['10.0.0.1', '2001:db8::1', 'fd00::1', '::ffff:10.0.0.1']) {
    t.notOk(isSpecialAddress(address), address);
  }
});

t.test('every text is an entry or is rejected', async () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^\[?[0-9a-f.:/]{0,20}\]?:[0-9-]{0,9}$/)), (text) => {
      const rule = targetFormat.parse(text);
      if (rule !== undefined) {
        coversAddress([rule], '10.0.0.1', rule.firstPort);
      }
    }),
  );
});

t.test(
  'a TiKV whose files are mismatched or were just written is not connected to, and the answer says why',
  async (t) => {
    const own = await devCluster(t, { members: { tikv: 1 } });
    const collector = await Collector.create(readAgentConfig(own.agentConfig), {
      now: () => new Date(),
      onReload: () => undefined,
    });
    const ask = (timeout: number) =>
      new OnDemandProbes(1, () => undefined).ask(collector, {
        module: 'tls',
        target: `127.0.0.1:${own.port('tikv', 'grpc')}`,
        timeout,
      });
    const reason = 'files-being-replaced';
    await own.rotate('tikv', { order: 'key-first' });
    t.match(await ask(500), { status: 503, reason, rejected: /its files are being replaced/ });
    await own.rotate('tikv', {
      order: 'certificate-first',
      between: async () => {
        t.match(await ask(patience), { status: 503, reason, rejected: /certificate and key are mismatched/ });
      },
    });
    t.match(await ask(patience), { text: /^probe_success /m });
  },
);

t.test('without a module the port is asked what the inventory has for it; tls is a handshake alone', async (t) => {
  const { ask } = await probes(cluster, []);
  const config = readAgentConfig(cluster.agentConfig);
  const collector = await Collector.create(config, { now: () => new Date(), onReload: () => undefined });
  const onDemand = new OnDemandProbes(16, () => undefined);
  for (const { endpoint, instance } of collector.targets) {
    const target = `${endpoint.host}:${endpoint.port}`;
    const what = `${instance.component} ${endpoint.name}`;
    t.match(
      await onDemand.ask(collector, { module: undefined, target, timeout: patience }),
      { text: /^probe_success 1$/m },
      what,
    );
    t.match(await ask(target, 'tls'), { text: /^probe_success 1$/m, log: /"outcome"/ }, `${what}, as tls`);
  }
  const unknown = { module: undefined, target: '127.0.0.1:1', timeout: patience };
  t.match(await onDemand.ask(collector, unknown), { status: 400, reason: 'unknown-module' });
});
