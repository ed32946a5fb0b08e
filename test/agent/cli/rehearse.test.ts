import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { Collector } from '../../../agent/collect/collector.js';
import { observeOnce } from '../../../agent/collect/cycle.js';
import { gatherRehearsal } from '../../../agent/collect/rehearse.js';
import { readAgentConfig } from '../../../agent/config/load.js';
import { Authority, type Issued } from '../../../certs-dev/authority.js';
import { issueBad } from '../../../certs-dev/bad.js';
import type { Finding } from '../../../checks/finding.js';
import { rehearse } from '../../../checks/rehearsal/rehearsal.js';
import type { ComponentName } from '../../../cluster/components/profile.js';
import type { Role } from '../../../credentials/verifiers/verifier.js';
import type { DevCluster } from '../../../devcluster/dev-cluster.js';
import { devCluster } from '../../support/dev-cluster.js';
import { runAgent } from '../../support/run-agent.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const options = { commonName: 'PD-Server', dns: ['localhost'], ip: ['127.0.0.1'] };

function written(t: Test, pair: Issued, more: { readonly ca?: string; readonly der?: boolean } = {}) {
  const directory = temporaryDirectory(t);
  const paths = {
    ca: more.ca === undefined ? undefined : join(directory, 'new-ca.crt'),
    cert: join(directory, 'new.crt'),
    key: join(directory, 'new.key'),
  };
  writeFileSync(paths.key, pair.keyPem);
  writeFileSync(paths.cert, more.der === true ? Buffer.from([0x30, 0x82, 0, 1]) : pair.certificatePem);
  if (paths.ca !== undefined && more.ca !== undefined) {
    writeFileSync(paths.ca, more.ca);
  }
  return paths;
}

async function observerOf(cluster: DevCluster): Promise<Collector> {
  const config = readAgentConfig(cluster.agentConfig);
  return await Collector.create({ ...config, scope: 'cluster' }, { now: () => new Date(), onReload: () => undefined });
}

async function rehearsed(
  cluster: DevCluster,
  component: ComponentName,
  paths: ReturnType<typeof written>,
  roles: readonly Role[] = ['server', 'client'],
) {
  const collector = await observerOf(cluster);
  const candidate = { component, roles, ...paths };
  return rehearse(await gatherRehearsal(collector, candidate, new Date(), new AbortController().signal));
}

const seenOnTheWire = ['endpoint-answers', 'caller-accepted', 'server-verifies'];

/** What callers meet once the pair is installed; what is read from the files does not count here. */
async function happened(cluster: DevCluster): Promise<readonly Finding[]> {
  const collector = await observerOf(cluster);
  await observeOnce(collector, new AbortController().signal);
  return collector.evaluate().filter(({ status, check }) => status === 'fail' && seenOnTheWire.includes(check));
}

function reasonsOf(findings: readonly Finding[]): string {
  const failed = findings.filter(({ status }) => status === 'fail').map(({ message }) => message);
  return [...new Set(failed)].slice(0, 2).join(' / ');
}

t.test('bad rotations: what rehearse said beforehand, and what then happened', async (t) => {
  const cluster = await devCluster(t);
  const { authority } = cluster;
  const other = await Authority.create({ commonName: 'Next CA' });
  const good = await authority.issue(options);
  const chained = await issueBad(authority, 'intermediateChain', options);
  const glued = { ...chained, certificatePem: chained.certificatePem.replace(/-\n+-/, '--') };
  const candidates: readonly (readonly [string, Issued, boolean, boolean?])[] = [
    ['a good one', good, true],
    ['without extended key usage', await issueBad(authority, 'noUsage', options), true],
    ['with its intermediate', chained, true],
    ['glued to its intermediate', glued, false],
    ['expired', await issueBad(authority, 'expired', options), false],
    ['not valid yet', await issueBad(authority, 'notYetValid', options), false],
    ['of another CA', await other.issue(options), false],
    ['as server only', await issueBad(authority, 'serverAuthOnly', options), false],
    ['as client only', await issueBad(authority, 'clientAuthOnly', options), false],
    ['for another host', await issueBad(authority, 'otherHost', options), false],
    ['without SAN', await issueBad(authority, 'noSan', options), false],
    ['with the key of another', await issueBad(authority, 'mismatchedKey', options), false],
    ['with a name on no allow-list', await authority.issue({ ...options, commonName: 'pd-new' }), false],
    ['intermediate before leaf', await issueBad(authority, 'wrongOrder', options), false],
    ['in DER', good, false, true],
  ];
  for (const [what, pair, works, der] of candidates) {
    const paths = written(t, pair, { der: der === true });
    const said = await rehearsed(cluster, 'pd', paths);
    t.equal(said.at(-1)?.status, works ? 'pass' : 'fail', `rehearsed: ${what}`);
    const files = cluster.files('pd');
    writeFileSync(files.key, pair.keyPem);
    writeFileSync(files.cert, der === true ? Buffer.from([0x30, 0x82, 0, 1]) : pair.certificatePem);
    const failures = await happened(cluster);
    t.equal(failures.length === 0, works, `and so it was: ${what}`);
    t.comment(
      `| ${what} | ${works ? 'would work' : reasonsOf(said.slice(0, -1))} | ${failures[0]?.message ?? 'nothing failed'} |`,
    );
    writeFileSync(files.key, good.keyPem);
    writeFileSync(files.cert, good.certificatePem);
  }
  t.strictSame(await happened(cluster), [], 'and the good certificate fixes it');
});

t.test('with a CA file of an intermediate alone, a rotation is rehearsed as under a root', async (t) => {
  const root = await Authority.create();
  const authority = await root.intermediate('Issuing CA');
  const cluster = await devCluster(t, { authority });
  const named = { ...options, commonName: 'TiCDC-Server' };
  const good = await rehearsed(cluster, 'ticdc', written(t, await authority.issue(named)));
  t.equal(good.at(-1)?.status, 'pass', reasonsOf(good));
  const above = await rehearsed(cluster, 'ticdc', written(t, await root.issue(named)));
  t.match(reasonsOf(above), /does not verify as client under the CA/, 'a certificate of the root, which no file holds');
});

t.test('a new CA: rejected while peers hold the old one, and the safe order is printed', async (t) => {
  const cluster = await devCluster(t);
  const other = await Authority.create({ commonName: 'Next CA' });
  const bundle = cluster.authority.certificatePem + other.certificatePem;
  const pair = await other.issue({ ...options, commonName: 'TiKV-Server' });
  const alone = await rehearsed(cluster, 'tikv', written(t, pair, { ca: bundle }));
  t.match(
    alone.filter(({ status }) => status === 'fail').map(({ message }) => message),
    [/does not verify as client under the CA that its peers hold now/],
  );
  for (const member of ['tidb', 'pd', 'tikv', 'tiflash', 'ticdc', 'tiproxy', 'agent'] as const) {
    writeFileSync(cluster.files(member).ca, bundle);
  }
  const before = await rehearsed(cluster, 'tikv', written(t, pair, { ca: bundle }));
  t.equal(before.at(-1)?.status, 'fail', 'the new CA is on disk, but the processes have not read it');
  t.match(
    before.find(({ status, message }) => status === 'fail' && /rejects the new certificate now/.test(message)),
    { remediation: 'it holds another CA or another list than its files; restart it, and rehearse again' },
  );
  for (const member of ['tidb', 'pd', 'tikv', 'tiflash', 'ticdc', 'tiproxy'] as const) {
    cluster.restart(member);
  }
  const after = await rehearsed(cluster, 'tikv', written(t, pair, { ca: bundle }));
  t.strictSame(
    after.filter(({ status }) => status === 'fail'),
    [],
  );
});

t.test('a CA renewed with its key cuts nobody off, and a CA of the same name does', async (t) => {
  const cluster = await devCluster(t);
  const named = { ...options, commonName: 'TiKV-Server' };
  const renewed = await cluster.authority.renewed();
  const good = await rehearsed(cluster, 'tikv', written(t, await renewed.issue(named), { ca: renewed.certificatePem }));
  t.equal(good.at(-1)?.status, 'pass');
  t.match(good.at(-1)?.evidence?.steps, [
    /^write CN=Development CA \(SHA-256 .* as the CA file of every component; it has the key of CN=Development CA \(SHA-256 .*, so restart or touch what holds that one at any time before 20/,
    /^write the key of tikv first/,
  ]);
  const other = await Authority.create();
  const pair = await other.issue(named);
  const failures = (findings: readonly Finding[]) => findings.filter(({ status }) => status === 'fail');
  const rotated = failures(await rehearsed(cluster, 'tikv', written(t, pair, { ca: other.certificatePem })));
  const held = /ca\.crt holds CN=Development CA \(SHA-256 .*, and another CA of that name signed the certificate: CN=/;
  t.match(rotated[0]?.message, /^does not verify as client under the CA that its peers hold now/);
  t.match(rotated[0]?.message, held);
  t.ok(
    rotated.some(({ message }) =>
      /^would reject it as a server.*; that file holds CN=.* of the candidate$/.test(message),
    ),
  );
  const [mistaken] = failures(await rehearsed(cluster, 'tikv', written(t, pair)));
  t.match(mistaken?.remediation, /; issue it from CN=Development CA \(SHA-256 .*\), or pass --cacert/);
});

t.test('no advice to restart a healthy port that rejects a wrong certificate', async (t) => {
  const cluster = await devCluster(t);
  const { authority } = cluster;
  const other = await Authority.create({ commonName: 'Next CA' });
  const named = { ...options, commonName: 'TiKV-Server' };
  const of = async (pair: Issued) =>
    (await rehearsed(cluster, 'tikv', written(t, pair))).filter(({ status }) => status === 'fail' || status === 'warn');
  const foreign = await of(await other.issue(named));
  const probed = foreign.filter(({ message }) => /^rejects the new certificate now/.test(message));
  t.ok(probed.length > 0);
  t.ok(
    foreign.some(({ remediation }) =>
      /of another CA than .*; issue it from .*CN=.*, or pass --cacert/.test(remediation),
    ),
  );
  const unlisted = await of(await authority.issue({ ...named, commonName: 'PD-Servant' }));
  t.match(
    unlisted.filter(({ status }) => status === 'warn').map(({ message }) => message),
    ['the Common Name changes from TiKV-Server to PD-Servant'],
  );
  const expired = await of(await issueBad(authority, 'expired', named));
  for (const { message, remediation } of [...foreign, ...unlisted, ...expired]) {
    t.notMatch(remediation, /restart it|bundle of old and new/, message);
    t.ok(
      !/^rejects the new certificate now/.test(message) || remediation === 'expected: see the findings above',
      message,
    );
  }
});

t.test('the command: exit 0 with the steps, 1 with what would break, 2 for a mistake', async (t) => {
  const cluster = await devCluster(t);
  const pair = await cluster.authority.issue({ ...options, commonName: 'TiKV-Server' });
  const { cert, key } = written(t, pair);
  const flags = ['--component', 'tikv', '--config', cluster.agentConfig, '--cert', cert, '--key', key];
  const good = await runAgent('rehearse', ...flags);
  t.match(good, {
    status: 0,
    stdout: /0 failed.*\n1\. write the key of tikv first[\s\S]*TiKV status port: make a handshake fail with openssl/,
  });
  t.notMatch(good.stdout + good.stderr, /PRIVATE KEY/);
  const bad = await runAgent('rehearse', ...flags.slice(0, -1), cluster.files('agent').key);
  t.match(bad, { status: 1, stdout: /certificate and key do not match/ });
  t.match(await runAgent('rehearse', ...flags.slice(0, -1), `${key}.absent`), {
    status: 2,
    stderr: /new\.key\.absent: does not exist\n.*--key: check the path/,
  });
  t.match(await runAgent('rehearse', ...flags.slice(2)), { status: 2, stderr: /--component is missing/ });
  t.match(await runAgent('rehearse', '--component', 'tikv'), { status: 2, stderr: /--cert is missing/ });
  t.match(await runAgent('rehearse', '--component', 'router', ...flags.slice(2)), {
    status: 2,
    stderr: /no router is known/,
  });
});

t.test('a certificate that is not there, or has no name, is no reason to put an empty name into a list', async (t) => {
  const cluster = await devCluster(t);
  const pair = await cluster.authority.issue({ ...options, commonName: undefined });
  const named = written(t, pair);
  const remediationsOf = (findings: Awaited<ReturnType<typeof rehearsed>>) =>
    findings.flatMap(({ status, remediation }) => (status === 'fail' ? [remediation] : [])).join('\n');
  const nameless = remediationsOf(await rehearsed(cluster, 'tikv', named));
  t.match(nameless, /issue the certificate with a Common Name of the allow-list at .*pd\.toml:\d+:\d+/);
  t.notMatch(nameless, /add ""/);
  const missing = await rehearsed(cluster, 'tikv', { ...named, cert: `${named.cert}.absent` });
  t.match(missing.at(-1), { status: 'fail' });
  t.notMatch(remediationsOf(missing), /Common Name|the allow-list/);
});

t.test('a pair for one direction is held to that one', async (t) => {
  const cluster = await devCluster(t);
  const names = { ...options, commonName: 'TiProxy-Server' };
  const failed = async (pair: Issued, roles: readonly Role[]) =>
    (await rehearsed(cluster, 'tiproxy', written(t, pair), roles))
      .slice(0, -1)
      .filter(({ status }) => status === 'fail')
      .map(({ message }) => message);
  const server = await issueBad(cluster.authority, 'serverAuthOnly', { ...names, commonName: 'on-no-list' });
  t.strictSame(await failed(server, ['server']), [], 'a server is on no allow-list, and calls no port');
  t.match(await failed(server, ['client']), [
    /^does not verify as client under/,
    /^lacks the extended key usage clientAuth; .* as client$/,
  ]);
  const client = await issueBad(cluster.authority, 'clientAuthOnly', { ...names, dns: [], ip: [] });
  t.strictSame(await failed(client, ['client']), [], 'no client connects to a client');
  const asServer = await failed(client, ['server']);
  t.match(asServer, [/^does not verify as server under/, /^lacks the extended key usage serverAuth; .* as server$/]);
  t.ok(asServer.some((message) => /^does not cover .*, which callers dial$/.test(message)));
  const asked = await rehearsed(cluster, 'tiproxy', written(t, client), ['client']);
  t.ok(asked.some(({ component, message }) => component === 'pd' && message === 'accepts the new certificate now'));
  t.strictSame(asked.at(-1)?.evidence?.steps, [
    'write the key of tiproxy first, then its certificate, each by rename within its directory',
    'TiProxy: wait an hour, or change its configuration',
    'run check: every caller must be accepted',
  ]);
});

t.test('the role is required for a component with two certificates, and for no other', async (t) => {
  const directory = temporaryDirectory(t);
  const config = join(directory, 'tiproxy.toml');
  const block = (name: string, pair: string) =>
    `[security.${name}]\nca = "/ca.crt"\ncert = "/${pair}.crt"\nkey = "/${pair}.key"\n`;
  const pair = ['--cert', 'new.crt', '--key', 'new.key'];
  writeFileSync(config, block('server-http-tls', 'served') + block('cluster-tls', 'called'));
  t.match(await runAgent('rehearse', '--component', 'tiproxy', ...pair, config), {
    status: 2,
    stderr: /tiproxy has one certificate as a server and another as a client\n.*--role server or --role client/,
  });
  const reported = await runAgent('rehearse', '--component', 'tiproxy', '--role', 'server', ...pair, config);
  t.match(reported, { status: 2, stderr: /new\.crt: does not exist/ }, 'and with it the certificate is read');
  writeFileSync(config, block('server-http-tls', 'one') + block('cluster-tls', 'one'));
  t.match(await runAgent('rehearse', '--component', 'tiproxy', ...pair, config), {
    stderr: /new\.crt: does not exist/,
  });
  const tikv = join(directory, 'tikv.toml');
  writeFileSync(tikv, '[server]\naddr = "127.0.0.1:1"\n');
  t.match(await runAgent('rehearse', '--component', 'tikv', '--role', 'server', ...pair, tikv), {
    status: 2,
    stderr: /tikv has one certificate for both roles\n.*leave --role out/,
  });
});

t.test(
  'a rotation is proven by answers alone: ports that do not answer leave it open, with exit 3 and no steps',
  async (t) => {
    const cluster = await devCluster(t);
    const pair = await cluster.authority.issue({ ...options, commonName: 'TiKV-Server' });
    const { cert, key } = written(t, pair);
    for (const [component, port] of [
      ['pd', 'client'],
      ['tikv', 'grpc'],
    ] as const) {
      await cluster.fault(component, port, 'down', true);
    }
    const { status, stdout } = await runAgent(
      ...['rehearse', '--component', 'tikv', '--config', cluster.agentConfig, '--cert', cert, '--key', key],
    );
    t.equal(status, 3);
    t.match(stdout, /~ agent {2}not proven: nothing rejects the certificate, but \d+ questions have no answer/);
    t.notMatch(stdout, /would work|^1\. /m);
  },
);

t.test('it says whether the candidate is installed already, and whose Common Name it carries', async (t) => {
  const cluster = await devCluster(t);
  const messages = async (paths: ReturnType<typeof written>) =>
    (await rehearsed(cluster, 'tikv', paths)).filter(({ status }) => status === 'warn').map(({ message }) => message);
  const { cert, key } = cluster.files('tikv');
  t.match(await messages({ ca: undefined, cert, key }), [`the certificate is already installed as ${cert}`]);
  // One that is issued in an earlier second would expire earlier, too, which is a warning of its own.
  await cluster.rotate('pd', { order: 'key-first' });
  const ofPd = cluster.files('pd');
  t.match(await messages({ ca: undefined, cert: ofPd.cert, key: ofPd.key }), [
    /^the Common Name changes from TiKV-Server to PD-Server, the one of pd$/,
  ]);
});
