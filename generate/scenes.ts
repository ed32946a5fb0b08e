import { setTimeout as pause } from 'node:timers/promises';
import pino from 'pino';
import { serve } from '../agent/cli/serve.js';
import { readAgentConfig } from '../agent/config/load.js';
import { endpointPath, instancePath } from '../agent/page/parts.js';
import { type DevCluster, startDevCluster } from '../devcluster/dev-cluster.js';

export const scenes = ['healthy', 'broken'] as const;
export type Scene = (typeof scenes)[number];

export interface StartedScene {
  readonly url: string;
  /** Path of each view by its name. */
  readonly views: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const day = 86_400_000;

/** The dev cluster and an agent that looks often, as healthy as it begins or with one of each trouble. */
export async function startScene(scene: Scene): Promise<StartedScene> {
  const cluster = await startDevCluster({ members: { tidb: 1, pd: 1, tikv: 3, tiflash: 1, ticdc: 1, tiproxy: 1 } });
  const served = await serve({
    readConfig: () => {
      const config = readAgentConfig(cluster.agentConfig);
      const probe = { ...config.probe, interval: 4_000, timeout: 8_000, negativeInterval: 6_000 };
      return { ...config, probe, web: { ...config.web, host: '127.0.0.1', port: 0 } };
    },
    logger: pino({ level: 'silent' }),
  });
  const instance = `127.0.0.1:${cluster.port('tikv', 'status')}`;
  try {
    const met = ({ check, status }: FindingsDocument['findings'][number]) =>
      check === 'rejects-unauthorized' && status !== 'unknown';
    await settle(served.url, ({ findings }) => findings.some(met));
    await rotateWell(cluster);
    // Until the last port has picked up its new certificate, and every negative probe has been sent.
    await settle(served.url, isCalm);
    if (scene === 'broken') {
      await breakThings(cluster);
      await settle(served.url, ({ findings }) => isAllSeen(findings));
    }
  } catch (error: unknown) {
    await served.stop();
    await cluster.stop();
    throw error;
  }
  return {
    url: served.url,
    views: {
      overview: '/',
      matrix: '/matrix',
      certificates: '/certificates',
      rotations: '/rotations',
      instances: '/instances',
      instance: instancePath('tikv', instance),
      endpoint: endpointPath('tikv', instance, 'status'),
      changes: '/changes',
      checks: '/checks',
      check: '/checks/served-matches-file',
    },
    stop: async () => {
      await served.stop();
      await cluster.stop();
    },
  };
}

async function rotateWell(cluster: DevCluster): Promise<void> {
  await cluster.rotate('pd', { notAfter: new Date(Date.now() + 300 * day) });
  await cluster.rotate('tiflash', { notAfter: new Date(Date.now() + 90 * day) });
}

async function breakThings(cluster: DevCluster): Promise<void> {
  await cluster.fault('tikv', 'status', 'keepOldCertificate', true);
  await cluster.rotate('tikv', { notAfter: new Date(Date.now() + 200 * day) });
  await cluster.fault('tikv-2', 'grpc', 'serveExpired', true);
  await cluster.fault('ticdc', 'api', 'ignoresNames', true);
  await cluster.fault('tidb', 'status', 'rejectCaller', true);
  await cluster.fault('pd', 'peer', 'down', true);
  await cluster.fault('tiproxy', 'api', 'requestsNoCertificate', true);
}

interface FindingsDocument {
  readonly summary: Readonly<Record<string, number>>;
  readonly findings: readonly { readonly check: string; readonly status: string }[];
}

/** No failure, and nothing inconclusive. */
function isCalm({ summary, findings }: FindingsDocument): boolean {
  const probed = findings.filter(({ check }) => check === 'rejects-unauthorized').length;
  return summary.fail === 0 && summary.unknown === 0 && probed >= allVisits;
}

/** Plaintext, no certificate and a foreign CA at each of the 15 ports. */
const allVisits = 45;

function isAllSeen(findings: FindingsDocument['findings']): boolean {
  const failed = new Set(findings.filter(({ status }) => status === 'fail').map(({ check }) => check));
  return [
    'served-matches-file',
    'rejects-unauthorized',
    'server-verifies',
    'endpoint-answers',
    'caller-accepted',
  ].every((check) => failed.has(check));
}

async function settle(url: string, holds: (document: FindingsDocument) => boolean): Promise<void> {
  for (let round = 0; round < 900; round++) {
    const document = (await (await fetch(`${url}/api/v1/findings`)).json()) as FindingsDocument;
    if (holds(document)) {
      return;
    }
    await pause(200);
  }
  throw new Error('the scene did not come about');
}
