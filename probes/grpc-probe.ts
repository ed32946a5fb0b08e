import type { GrpcProbeMethod } from '../cluster/components/profile.js';
import { type Answered, accepted, attempt, type Frame, isVerdict } from './attempt.js';
import { decodeAnswer } from './grpc-messages.js';
import { type GrpcResponse, GrpcSession } from './grpc-session.js';
import { grpcStatus, grpcStatusNames } from './grpc-status.js';
import type { Observation } from './observation.js';
import type { Identity, ProbeOptions, ProbeTarget } from './prober.js';
import { refusalWindow } from './rejection-window.js';
import { authorityOf } from './target.js';

/**
 * One unary call over a fresh connection. Statuses 16 and 7 are a refusal of the caller; any other one, also
 * UNIMPLEMENTED, is an answer. ALPN `h2` is always offered: without it C-core closes as if it had refused us.
 */
export function probeGrpc(target: ProbeTarget, identity: Identity, options: ProbeOptions): Promise<Observation> {
  const method = target.probe?.protocol === 'grpc' ? target.probe.method : health;
  return attempt('grpc', { ...target, alpn: ['h2'] }, identity, options, (frame) => ask(target, method, frame));
}

async function ask(target: ProbeTarget, method: GrpcProbeMethod, frame: Frame): Promise<Answered> {
  const opened = await frame.open();
  if (isVerdict(opened)) {
    return { verdict: opened, application: undefined };
  }
  await refusalWindow(opened, frame);
  const session = new GrpcSession(opened, authorityOf(target));
  if (method !== isAlive) {
    return answered(method, await session.call(method, frame.timeout));
  }
  const before = await session.call(health, frame.timeout);
  return isTiFlash(before)
    ? answered(isAlive, await session.call(isAlive, frame.timeout))
    : unlessRefused(answered(health, before));
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
function unlessRefused(answer: Answered): Answered {
  if (answer.verdict.outcome === 'refused') {
    return answer;
  }
  const detail = 'the port does not show itself to be TiFlash, so it was not asked further';
  return { ...answer, verdict: { outcome: 'inconclusive', refusal: undefined, detail } };
}

function answered(method: GrpcProbeMethod, { status, details, message }: GrpcResponse): Answered {
  const name = grpcStatusNames[status] ?? String(status);
  const answer = status === 0 && message !== undefined ? decodeAnswer(method, message) : undefined;
  const application = { protocol: 'grpc' as const, status, message: details, answer };
  if (status === grpcStatus('UNAUTHENTICATED') || status === grpcStatus('PERMISSION_DENIED')) {
    const refusal = { side: 'peer', by: 'rpc-status', number: status, name } as const;
    const detail = `the server refused with gRPC ${status} ${name}`;
    return { verdict: { outcome: 'refused', refusal, detail }, application };
  }
  return { verdict: accepted(status === 0 ? 'gRPC OK' : `gRPC ${status} ${name}`), application };
}
