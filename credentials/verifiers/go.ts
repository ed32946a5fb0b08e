import { errorMessage } from '../error-text.js';
import { askGo, type GoAnswer, startGo } from './go/ask-go.js';
import type { VerificationRequest, VerificationResult } from './verifier.js';

/** Go's crypto/x509 and crypto/tls: TiDB, TiCDC and TiProxy, whose CA files are read by `AppendCertsFromPEM`. */
export function verifyByGo(request: VerificationRequest): Promise<VerificationResult> {
  return asked('go', request);
}

/** The same, with a CA file read as etcd does: PD and the services of a PD split in parts. */
export function verifyByGoEtcd(request: VerificationRequest): Promise<VerificationResult> {
  return asked('go-etcd', request);
}

async function asked(verifier: 'go' | 'go-etcd', request: VerificationRequest): Promise<VerificationResult> {
  // A start that failed is tried again at the question, whose result says why.
  await startGo().catch(() => undefined);
  return askedOfGo(verifier, request);
}

/** The same at once. Never throws. */
export function askedOfGo(verifier: 'go' | 'go-etcd', request: VerificationRequest): VerificationResult {
  const { ca, shown, role, host, now = new Date(), goRelease } = request;
  const caReader = verifier === 'go' ? 'append' : 'etcd';
  const base = { verifier, role } as const;
  try {
    const answer = askGo({ ca, caReader, shown, role, host, now, godebug: settingsOf(goRelease) });
    const { step, message } = outcomeOf(answer);
    const code = step === undefined ? undefined : (answer.kind ?? 'other');
    return { ...base, trusted: step === undefined, step, code, message, chains: answer.chains };
  } catch (error: unknown) {
    const message = `the Go verifier gave no result: ${errorMessage(error)}`;
    return { ...base, trusted: undefined, step: undefined, code: undefined, message, chains: [] };
  }
}

function outcomeOf({ pair, ca, peer }: GoAnswer): Pick<VerificationResult, 'step' | 'message'> {
  if (pair !== undefined) {
    return { step: 'pair', message: pair };
  }
  if (ca !== undefined) {
    return { step: 'ca', message: ca };
  }
  return { step: peer === undefined ? undefined : 'peer', message: peer };
}

/** Go's settings that bring back what an older release accepted. */
const settingsBefore: readonly (readonly [minor: number, setting: string])[] = [
  [23, 'x509negativeserial=1'],
  [24, 'rsa1024min=0'],
];

function settingsOf(release: string | undefined): string {
  const minor = Number(/^1\.(\d+)/.exec(release ?? '')?.[1] ?? Number.POSITIVE_INFINITY);
  return settingsBefore
    .filter(([changed]) => minor < changed)
    .map(([, setting]) => setting)
    .join(',');
}
