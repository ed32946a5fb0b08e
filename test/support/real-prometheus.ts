import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { freePort, started } from './real-peer.js';

export const prometheusProgram = '/usr/bin/prometheus';

export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

export interface RealPrometheus {
  /** The `data` of an answer of its API. */
  api(path: string): Promise<unknown>;
  /** An instant query; throws what Prometheus finds wrong with it. */
  query(expression: string): Promise<readonly Sample[]>;
}

/** Starts Prometheus with this configuration, in a directory where its files are; it ends with the test. */
export async function startPrometheus(t: Test, directory: string, config: string): Promise<RealPrometheus> {
  writeFileSync(join(directory, 'prometheus.yml'), config);
  mkdirSync(join(directory, 'data'));
  const port = await freePort();
  await started(
    t,
    prometheusProgram,
    [
      `--config.file=${join(directory, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    /Server is ready to receive web requests/,
  );
  const api = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`);
    const { data, error } = (await response.json()) as { readonly data?: unknown; readonly error?: string };
    if (error !== undefined) {
      throw new Error(`${decodeURIComponent(path)}: ${error}`);
    }
    return data;
  };
  return {
    api,
    query: async (expression) =>
      ((await api(`query?query=${encodeURIComponent(expression)}`)) as { readonly result: readonly Sample[] }).result,
  };
}
