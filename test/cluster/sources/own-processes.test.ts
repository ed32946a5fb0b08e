import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Problem } from '../../../cluster/documents/origin.js';
import type { Described } from '../../../cluster/inventory/described.js';
import { describeCommandLine } from '../../../cluster/sources/flags.js';
import { type ClusterAnchors, ownProcesses } from '../../../cluster/sources/own-processes.js';
import { authority } from '../../support/evidence.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

function processOf(pid: number, directory: string, line: string): Described {
  const origin = { kind: 'process', pid } as const;
  const args = line.split(' ').map((text) => ({ text, origin }));
  const described = describeCommandLine({ args, directory, origin, title: `process ${pid}` }, []);
  if (described === undefined) {
    throw new TypeError(`${line} starts no component`);
  }
  return described;
}

/** One PD, TiDB, TiKV and TiCDC of a cluster whose PD has this port, below `directory`. */
function clusterAt(port: number, directory: string, more = ''): readonly Described[] {
  return [
    `pd-server --client-urls=https://0.0.0.0:${port} --advertise-client-urls=https://10.0.1.1:${port} --peer-urls=https://0.0.0.0:${port + 1} --advertise-peer-urls=https://10.0.1.1:${port + 1} --initial-cluster=pd-1=https://10.0.1.1:${port + 1},pd-2=https://10.0.1.2:${port + 1}${more}`,
    `tidb-server -P ${port + 2} --status=${port + 3} --path=10.0.1.1:${port},10.0.1.2:${port}`,
    `tikv-server --addr 0.0.0.0:${port + 4} --pd 10.0.1.2:${port}`,
    `cdc server --addr 0.0.0.0:${port + 5} --pd https://10.0.1.1:${port}`,
  ].map((line, index) => processOf(port + index, `${directory}/${index}`, line));
}

const ours = clusterAt(2379, '/tidb-deploy');
const theirs = clusterAt(12379, '/other-deploy');
const none: ClusterAnchors = { pd: [], directories: [], ca: undefined };

function chosen(anchors: Partial<ClusterAnchors>, processes: readonly Described[] = [...theirs, ...ours]) {
  const problems: Problem[] = [];
  const found = ownProcesses(processes, { ...none, ...anchors }, problems);
  return { found, codes: problems.map(({ code, severity }) => `${severity} ${code}`) };
}

t.test('processes are of this cluster by its PD, through other processes, too, or by a directory', async (t) => {
  for (const anchors of [
    { pd: ['https://10.0.1.1:2379'] },
    { pd: ['10.0.1.2:2380'] },
    { directories: ['/tidb-deploy'] },
    { directories: ['/tidb-deploy/3'] },
  ]) {
    const { found, codes } = chosen(anchors);
    t.strictSame(found, ours, JSON.stringify(anchors));
    t.strictSame(codes, ['note other-cluster']);
  }
  t.strictSame(chosen({ pd: ['10.9.9.9:2379'] }), { found: [], codes: ['note other-cluster'] }, 'none names this PD');
  t.strictSame(chosen({ directories: ['/tidb-dep'] }).found, [], 'another directory');
});

t.test('without an anchor: all of one cluster; of several, those with the CA of the agent, or none', async (t) => {
  t.strictSame(chosen({}, ours), { found: ours, codes: [] });
  t.strictSame(chosen({}), { found: [], codes: ['warn several-clusters'] });
  const directory = temporaryDirectory(t);
  const ca = join(directory, 'agent-ca.crt');
  writeFileSync(ca, `# the CA\n${authority.certificatePem}`);
  writeFileSync(join(directory, 'ca.crt'), authority.certificatePem);
  const withCa = clusterAt(3379, '/third', ` --cacert=${join(directory, 'ca.crt')}`);
  t.strictSame(chosen({ ca }, [...theirs, ...withCa]), { found: withCa, codes: ['note other-cluster'] });
});
