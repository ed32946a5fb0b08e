import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { buildGo, needsGo } from './go-peers.js';
import type { Manifest } from './kubernetes-types.js';

const root = join(import.meta.dirname, '../..');
export const chart = join(root, 'deploy/helm/tidb-mtls-agent');
export const go = needsGo();

interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** helm and kustomize themselves, of the versions that test/deploy/tools/go.mod names. */
function tools() {
  return buildGo(join(root, 'test/deploy/tools'), {
    helm: 'helm.sh/helm/v3/cmd/helm',
    tools: '.',
    kustomize: 'sigs.k8s.io/kustomize/kustomize/v5',
  });
}

export function helm(...args: readonly string[]): Run {
  return spawnSync(tools().helm, args, { encoding: 'utf8', cwd: root });
}

/** The chart as `helm install` would apply it, with these values files; throws what helm says where it rejects. */
export function rendered(...args: readonly string[]): readonly Manifest[] {
  const { status, stdout, stderr } = helm('template', 'mtls', chart, '-n', 'tidb', '--kube-version', '1.34.0', ...args);
  if (status !== 0) {
    throw new Error(stderr);
  }
  return manifestsIn(stdout);
}

export function kustomized(folder: string): readonly Manifest[] {
  const { status, stdout, stderr } = spawnSync(tools().kustomize, ['build', folder], { encoding: 'utf8', cwd: root });
  if (status !== 0) {
    throw new Error(stderr);
  }
  return manifestsIn(stdout);
}

export function manifestsIn(text: string): readonly Manifest[] {
  return parseAllDocuments(text).flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) {
      throw error;
    }
    const value: unknown = document.toJS();
    return value === null ? [] : [value as Manifest];
  });
}

/** The one of a kind; throws where there is none, or several. */
export function theOne(kind: string, manifests: readonly Manifest[]): Manifest {
  const [found, ...more] = manifests.filter((manifest) => manifest.kind === kind);
  if (found === undefined || more.length > 0) {
    throw new Error(`${more.length + (found === undefined ? 0 : 1)} of kind ${kind}`);
  }
  return found;
}

/** What consul-template says of the templates of a Vault Agent configuration. */
export function evaluatedTemplates(file: string): Run {
  return spawnSync(tools().tools, [file], { encoding: 'utf8' });
}
