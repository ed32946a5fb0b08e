import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import t from 'tap';
import { Authority } from '../../certs-dev/authority.js';
import { writePki } from '../../certs-dev/pki.js';
import type { Finding } from '../../checks/finding.js';
import { gatherCredentialFacts } from '../../credentials/gather.js';
import { readCertificate } from '../../credentials/read-certificate.js';
import { AgentMetrics } from '../../metrics/agent-metrics.js';
import { definitions } from '../../metrics/definitions.js';
import { renderProbe } from '../../metrics/probe-metrics.js';
import { factsOf } from '../support/evidence.js';
import { accepted, entryOf, inventoryOf, rejected } from '../support/observations.js';
import { needs } from '../support/peers.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const promtool = '/usr/bin/promtool';

function finding(parts: Partial<Finding>): Finding {
  return {
    check: 'endpoint-answers',
    status: 'pass',
    component: 'tikv',
    instance: 'a:20180',
    endpoint: undefined,
    identity: undefined,
    message: '',
    evidence: {},
    remediation: '',
    help: '',
    ...parts,
  };
}

/** The lines of one metric, without comments. */
async function series(metrics: AgentMetrics, name: string): Promise<readonly string[]> {
  return (await metrics.render()).split('\n').filter((line) => new RegExp(`^${name}[{ ]`).test(line));
}

t.test('a fresh agent has a series of each metric that says "always", and counters at 0', async (t) => {
  const metrics = new AgentMetrics();
  metrics.setBuildInfo({ version: '1.2.3', revision: 'abc' });
  metrics.setInventory(inventoryOf());
  for (const { name, when, type } of Object.values(definitions)) {
    if (when === 'always') {
      const lines = await series(metrics, name);
      t.ok(lines.length > 0, name);
      t.ok(type === 'gauge' || lines.every((line) => line.endsWith(' 0')), `${name} begins at 0`);
    }
  }
  t.match(await series(metrics, 'tidb_mtls_build_info'), [/version="1.2.3",revision="abc"/]);
});

t.test(
  'outcomes of the identity agent exist at 0 before the first probe, and disappear with their instance',
  async (t) => {
    const metrics = new AgentMetrics();
    const both = inventoryOf('a:20180', 'b:20180');
    metrics.setInventory(both);
    const outcome = /identity="agent",outcome="rejected"\} 0$/;
    t.equal((await series(metrics, 'tidb_mtls_probes_total')).filter((line) => outcome.test(line)).length, 4);
    metrics.countProbe(entryOf(both, 1, rejected('tls-alert', 'unknown_ca')));
    metrics.setInventory(both);
    t.match(await metrics.render(), /probes_total\{.*b:20180.*outcome="rejected"\} 1\n/);
    metrics.setInventory(inventoryOf('a:20180'));
    t.notMatch(await metrics.render(), 'b:20180');
    metrics.countProbe(entryOf(both, 1, accepted));
    metrics.setInventory(inventoryOf('a:20180'));
    t.notMatch(await metrics.render(), 'b:20180', 'nor does a late probe restore it');
  },
);

t.test('instances that PD names and that are left out are counted', async (t) => {
  const metrics = new AgentMetrics('host');
  metrics.setInventory({ ...inventoryOf(), leftOut: 28_000 });
  t.match(await metrics.render(['leftOut']), /^tidb_mtls_discovery_left_out_instances\{[^}]*\} 28000$/m);
});

t.test('rejections are counted by a closed list of reasons', async (t) => {
  const metrics = new AgentMetrics();
  const inventory = inventoryOf('a:20180');
  for (const observation of [
    rejected('tls-alert', 'unknown_ca'),
    rejected('tls-alert', 'alert_201'),
    rejected('http-status', '403'),
    rejected('certificate', 'CERT_HAS_EXPIRED'),
  ]) {
    metrics.countProbe(entryOf(inventory, 0, observation));
  }
  const lines = await series(metrics, 'tidb_mtls_probe_rejections_total');
  const reasons = lines.map((line) => /reason="([^"]+)"/.exec(line)?.[1]);
  t.strictSame(reasons, ['unknown_ca', 'other-alert', 'http-status', 'certificate']);
});

t.test('a CA file: one series per certificate, and whether the certificate on disk verifies by it', async (t) => {
  const at = (days: number) => new Date(Date.now() + days * 86_400_000);
  const former = await Authority.create({ notBefore: at(-30), notAfter: at(-1) });
  const present = await former.renewed();
  const unused = await Authority.create({ commonName: 'Another CA' });
  const pair = await present.issue({ commonName: 'tikv', dns: ['localhost'] });
  const bundle = [former, present, unused].map(({ certificatePem }) => certificatePem).join('');
  const facts = await factsOf(t, pair, { ca: bundle, component: 'tikv' });
  const metrics = new AgentMetrics();
  metrics.setCredentials([{ component: 'tikv', instance: 'a:20180', facts }]);
  const ends = await series(metrics, 'tidb_mtls_ca_certificate_not_after_timestamp_seconds');
  const labelled = (label: string) => ends.map((line) => new RegExp(`[,{]${label}="([^"]*)"`).exec(line)?.[1]);
  t.strictSame(labelled('in_use'), ['false', 'true', 'false']);
  t.strictSame(
    labelled('fingerprint'),
    facts.ca?.map(({ fingerprint }) => fingerprint),
  );
  const [one, renewed, other] = labelled('key_fingerprint');
  t.equal(one, renewed, 'renewed with the same key');
  t.not(one, other);
  t.equal((await series(metrics, 'tidb_mtls_ca_certificate_not_before_timestamp_seconds')).length, 1);
});

t.test(
  'files: expiry by position, one info series, reasons as 0 and 1; after a rotation no old series is left',
  async (t) => {
    const directory = temporaryDirectory(t);
    const pki = await writePki(directory);
    const now = new Date();
    const paths = { ca: pki.caPath, cert: pki.pair('tikv').certPath, key: pki.pair('tikv').keyPath };
    const facts = await gatherCredentialFacts(paths, now);
    const metrics = new AgentMetrics();
    metrics.setCredentials([{ component: 'tikv', instance: 'a:20180', facts }]);
    const leaf = facts.chain?.[0];
    const expiry = (leaf?.notAfter.getTime() ?? 0) / 1000;
    const expiries = await series(metrics, 'tidb_mtls_certificate_not_after_timestamp_seconds');
    t.ok(
      expiries.includes(
        `tidb_mtls_certificate_not_after_timestamp_seconds{component="tikv",instance="a:20180",position="leaf"} ${expiry}`,
      ),
    );
    t.match(await series(metrics, 'tidb_mtls_certificate_info'), [leaf?.fingerprint]);
    metrics.setCredentials([
      { component: 'tiproxy', instance: 'a:3080', facts: { ...facts, chain: [] }, calling: facts },
    ]);
    t.ok(
      (await series(metrics, 'tidb_mtls_certificate_not_after_timestamp_seconds')).includes(
        `tidb_mtls_certificate_not_after_timestamp_seconds{component="tiproxy",instance="a:3080",position="calling"} ${expiry}`,
      ),
      'the client certificate of TiProxy has an expiry, too',
    );
    t.match(await series(metrics, 'tidb_mtls_ca_certificate_not_after_timestamp_seconds'), [
      new RegExp(`fingerprint="${facts.ca?.[0]?.fingerprint}",.*,in_use="true"}`),
    ]);
    t.ok((await series(metrics, 'tidb_mtls_credential_error')).every((line) => line.endsWith(' 0')));

    const other = await gatherCredentialFacts({ ...paths, cert: pki.pair('pd').certPath }, now);
    metrics.setCredentials([{ component: 'tikv', instance: 'a:20180', facts: other }]);
    t.notMatch(await metrics.render(), leaf?.fingerprint, 'the former leaf is gone');
    t.match(await series(metrics, 'tidb_mtls_key_pair_matched'), [/ 0$/]);

    const missing = await gatherCredentialFacts({ ...paths, cert: join(directory, 'absent.crt') }, now);
    metrics.setCredentials([{ component: 'tikv', instance: 'a:20180', facts: missing }]);
    t.match(await metrics.render(), /credential_error\{.*reason="not_found"\} 1/);
    t.strictSame(await series(metrics, 'tidb_mtls_key_pair_matched'), []);
    metrics.setCredentials([]);
    t.strictSame(await series(metrics, 'tidb_mtls_credential_error'), []);
  },
);

t.test('series about the agent itself carry no instance, so that two agents are two', async (t) => {
  const pki = await writePki(temporaryDirectory(t));
  const pair = pki.pair('agent');
  const facts = await gatherCredentialFacts({ ca: pki.caPath, cert: pair.certPath, key: pair.keyPath }, new Date());
  const metrics = new AgentMetrics();
  metrics.setCredentials([{ component: 'agent', instance: 'agent', facts }]);
  metrics.setFindings([finding({ component: 'agent', instance: 'agent', check: 'key-file-mode' })]);
  const lines = (await metrics.render()).split('\n').filter((line) => line.includes('component="agent"'));
  t.ok(lines.length > 5);
  t.notMatch(lines.join('\n'), 'instance=');
});

t.test(
  'findings: the worst per label set, and the results of three checks; an inconclusive one is neither 0 nor 1',
  async (t) => {
    const metrics = new AgentMetrics();
    const now = new Date('2026-03-01T00:00:00Z');
    metrics.setFindings(
      [
        finding({ check: 'certificate-validity', status: 'pass' }),
        finding({ check: 'certificate-validity', status: 'fail' }),
        finding({ check: 'certificate-validity', status: 'warn' }),
        finding({ check: 'ca-unchanged', status: 'fail' }),
        finding({ check: 'served-matches-file', status: 'pass', endpoint: 'grpc' }),
        finding({ check: 'caller-accepted', status: 'fail', endpoint: 'grpc', identity: 'tidb' }),
        finding({ check: 'caller-accepted', status: 'unknown', endpoint: 'grpc', identity: 'pd' }),
      ],
      now,
    );
    t.match(await metrics.render(), /finding\{check="certificate-validity",.*\} 3\n/);
    t.match(await series(metrics, 'tidb_mtls_ca_changed'), [/ 1$/]);
    t.match(await series(metrics, 'tidb_mtls_served_matches_file'), [/endpoint="grpc"\} 1$/]);
    const callers = await series(metrics, 'tidb_mtls_caller_accepted');
    t.equal(callers.length, 1);
    t.match(callers, [/identity="tidb"\} 0$/]);
    t.strictSame(await series(metrics, 'tidb_mtls_last_check_timestamp_seconds'), [
      `tidb_mtls_last_check_timestamp_seconds ${now.getTime() / 1000}`,
    ]);
    metrics.setFindings([]);
    t.strictSame(await series(metrics, 'tidb_mtls_finding'), []);
    t.strictSame(await series(metrics, 'tidb_mtls_ca_changed'), []);
  },
);

t.test(
  'both outputs pass promtool check metrics, quotes in a subject included',
  needs(promtool, 'prometheus'),
  async (t) => {
    const authority = await Authority.create();
    const issued = await authority.issue({ commonName: 'a "quoted" \\ name', dns: ['db.example'] });
    const leaf = readCertificate(issued.certificatePem);
    const metrics = new AgentMetrics();
    const inventory = inventoryOf('a:20180');
    const entry = entryOf(inventory, 0, { ...accepted, peerChain: [leaf] });
    metrics.setBuildInfo({ version: '1.2.3' });
    metrics.setInventory(inventory);
    metrics.setObservations([entry]);
    metrics.countProbe(entryOf(inventory, 0, rejected('tls-alert', 'unknown_ca')));
    metrics.setFindings([finding({})]);
    const probe = await renderProbe(entry.observation, { timeoutSeconds: 5 });
    const check = (input: string) => {
      const { status, stdout, stderr } = spawnSync(promtool, ['check', 'metrics'], { input, encoding: 'utf8' });
      return `${status} ${stdout}${stderr}`;
    };
    t.equal(check(await metrics.render()), '0 ');
    t.equal(check(probe), '0 ');
    t.not(check('tidb_mtls_untyped 1\n'), '0 ', 'promtool does object to what is wrong');
  },
);
