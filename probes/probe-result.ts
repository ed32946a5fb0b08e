import type { ApplicationAnswer, Outcome, Rejection } from './observation.js';

/** How one attempt ended. */
export interface ProbeResult {
  readonly outcome: Outcome;
  /** Set exactly where the outcome is `rejected`. */
  readonly rejection: Rejection | undefined;
  /** One line for people, safe to print. */
  readonly detail: string;
  /** The server answered in another protocol than that of the probe. */
  readonly isOtherProtocol?: boolean;
}

/** A result, with the answer where the server sent one. */
export interface Answered {
  readonly result: ProbeResult;
  readonly application: ApplicationAnswer | undefined;
}

export function isProbeResult(value: object): value is ProbeResult {
  return 'outcome' in value;
}

export function resultOf(outcome: Exclude<Outcome, 'rejected'>, detail: string): ProbeResult {
  return { outcome, rejection: undefined, detail };
}

export function rejectedBy(rejection: Rejection, detail: string): ProbeResult {
  return { outcome: 'rejected', rejection, detail };
}

export function withoutAnswer(result: ProbeResult): Answered {
  return { result, application: undefined };
}

/** The server closed the connection and gave no reason. */
export const closedByPeer: Rejection = { side: 'peer', by: 'close', number: undefined, name: 'close' };
