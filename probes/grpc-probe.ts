import type { GrpcProbeMethod } from '../cluster/components/profile.js';
import { type Answered, accepted, attempt, isProbeResult, type ProbeContext } from './attempt.js';
import { type GrpcResponse, GrpcSession } from './grpc-session.js';
import { grpcStatus, grpcStatusNames } from './grpc-status.js';
import type { Observation } from './observation.js';
import type { Identity, ProbeOptions, ProbeTarget } from './prober.js';
import { rejectionWindow } from './rejection-window.js';
import { authorityOf } from './target.js';

/**
 * One unary call over a fresh connection. Statuses 16 and 7 are a refusal of the caller; any other one, also
 * UNIMPLEMENTED, is an answer. ALPN `h2` is always offered: without it C-core closes as if it had refused us.
 */
export function probeGrpc(target: ProbeTarget, identity: Identity, options: ProbeOptions): Promise<Observation> {
  const method = target.probe?.protocol === 'grpc' ? target.probe.method : health;
  return attempt('grpc', { ...target, alpn: ['h2'] }, identity, options, (context) => ask(target, method, context));
}

async function ask(target: ProbeTarget, method: GrpcProbeMethod, context: ProbeContext): Promise<Answered> {
  const opened = await context.open();
  if (isProbeResult(opened)) {
    return { result: opened, application: undefined };
  }
  await rejectionWindow(opened, context);
  const session = new GrpcSession(opened, authorityOf(target));
  if (method !== isAlive) {
    return answered(await session.call(method, context.timeout));
  }
  const before = await session.call(health, context.timeout);
  return isTiFlash(before) ? answered(await session.call(isAlive, context.timeout)) : unlessRejected(answered(before));
}

const health = '/grpc.health.v1.Health/Check';
const isAlive = '/tikvpb.Tikv/IsAlive';

/**
 * TiFlash has no health service, and its C core says so without words; a Go server, to which `IsAlive` must not be
 * sent, names the service it does not know.
 */
function isTiFlash({ status, details }: GrpcResponse): boolean {
  return status === grpcStatus('UNIMPLEMENTED') && !/unknown/i.test(details);
}

/** A refusal is one whoever answers; anything else leaves open what is behind this port. */
function unlessRejected(answer: Answered): Answered {
  if (answer.result.outcome === 'rejected') {
    return answer;
  }
  const detail = 'the port does not show itself to be TiFlash, so it was not asked further';
  return { ...answer, result: { outcome: 'inconclusive', rejection: undefined, detail } };
}

function answered({ status }: GrpcResponse): Answered {
  const name = grpcStatusNames[status] ?? String(status);
  const application = { protocol: 'grpc' as const, status };
  if (status === grpcStatus('UNAUTHENTICATED') || status === grpcStatus('PERMISSION_DENIED')) {
    const rejection = { side: 'peer', by: 'rpc-status', number: status, name } as const;
    const detail = `the server refused with gRPC ${status} ${name}`;
    return { result: { outcome: 'rejected', rejection, detail }, application };
  }
  return { result: accepted(status === 0 ? 'gRPC OK' : `gRPC ${status} ${name}`), application };
}
