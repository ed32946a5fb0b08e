import type { GrpcProbeMethod } from '../cluster/components/profile.js';
import { readFields, varintOf } from '../cluster/discovery/protobuf.js';
import { attempt, type ProbeContext } from './attempt.js';
import { type GrpcResponse, GrpcSession } from './grpc-session.js';
import { grpcStatus, grpcStatusNames } from './grpc-status.js';
import { type Observation, type ServingStatus, servingStatuses } from './observation.js';
import { type Answered, isProbeResult, rejectedBy, resultOf, withoutAnswer } from './probe-result.js';
import type { Identity, ProbeOptions, ProbeTarget } from './prober.js';
import { rejectionWindow } from './rejection-window.js';
import { authorityOf } from './target.js';

/**
 * One unary call over a fresh connection. UNAUTHENTICATED and PERMISSION_DENIED reject the caller; any other status is
 * an answer, UNIMPLEMENTED too. ALPN `h2` is always offered: without it gRPC's C-core closes, which looks like a
 * rejection.
 */
export function probeGrpc(target: ProbeTarget, identity: Identity, options: ProbeOptions): Promise<Observation> {
  const method = target.probe?.protocol === 'grpc' ? target.probe.method : health;
  return attempt('grpc', { ...target, alpn: ['h2'] }, identity, options, (context) => call(target, method, context));
}

async function call(target: ProbeTarget, method: GrpcProbeMethod, context: ProbeContext): Promise<Answered> {
  const opened = await context.open();
  if (isProbeResult(opened)) {
    return withoutAnswer(opened);
  }
  await rejectionWindow(opened, context);
  const session = new GrpcSession(opened, authorityOf(target));
  if (method !== isAlive) {
    const response = await session.call(method, context.timeout);
    return answered(response, method === health ? servingIn(response) : undefined);
  }
  const before = await session.call(health, context.timeout);
  return isTiFlash(before) ? answered(await session.call(isAlive, context.timeout)) : unlessRejected(answered(before));
}

const health = '/grpc.health.v1.Health/Check';
const isAlive = '/tikvpb.Tikv/IsAlive';

/**
 * TiFlash has no health service. Its C-core answers UNIMPLEMENTED without details; a Go server, to which `IsAlive` must
 * not be sent, names the unknown service in them.
 */
function isTiFlash({ status, details }: GrpcResponse): boolean {
  return status === grpcStatus('UNIMPLEMENTED') && !/unknown/i.test(details);
}

/** A rejection counts whichever program sent it. Any other status does not show that TiFlash answered. */
function unlessRejected(answer: Answered): Answered {
  if (answer.result.outcome === 'rejected') {
    return answer;
  }
  return {
    ...answer,
    result: resultOf('inconclusive', 'the port does not answer as TiFlash does; IsAlive was not sent'),
  };
}

/** Undefined where the answer is that of no health check, or compressed. */
function servingIn({ status, start }: GrpcResponse): ServingStatus | undefined {
  if (status !== 0 || start[0] !== 0) {
    return undefined;
  }
  try {
    return servingStatuses[Number(varintOf(readFields(start.subarray(grpcHead)), 1))];
  } catch (error: unknown) {
    if (error instanceof RangeError) {
      return undefined;
    }
    throw error;
  }
}

/** Bytes before a message: whether it is compressed, and its length. */
const grpcHead = 5;

function answered({ status }: GrpcResponse, serving?: ServingStatus): Answered {
  const name = grpcStatusNames[status] ?? String(status);
  const application = { protocol: 'grpc' as const, status, ...(serving === undefined ? {} : { serving }) };
  if (status === grpcStatus('UNAUTHENTICATED') || status === grpcStatus('PERMISSION_DENIED')) {
    const rejection = { side: 'peer', by: 'rpc-status', number: status, name } as const;
    const detail = `rejected by the server with the gRPC status ${name} (${status})`;
    return { result: rejectedBy(rejection, detail), application };
  }
  return { result: resultOf('accepted', `gRPC status ${name} (${status})`), application };
}
