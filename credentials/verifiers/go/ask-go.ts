import { GoMachine } from './machine.js';

/** How a component reads its CA file. `etcd`: every PEM block must be a certificate (PD, by etcd's NewCertPool). */
export type CaReader = 'append' | 'etcd';

export interface GoRequest {
  /** The bytes of the CA file of who verifies. */
  readonly ca: Buffer;
  readonly caReader: CaReader;
  /** The bytes of certificate and key file of who is verified, or the chain that it served (DER, leaf first). */
  readonly shown: { readonly cert: Buffer; readonly key?: Buffer } | { readonly chain: readonly Buffer[] };
  /** The side of the handshake that shows the certificate. */
  readonly role: 'server' | 'client';
  /** The name or address that a caller dials; undefined: names are not verified. */
  readonly host?: string | undefined;
  readonly now: Date;
  /** Settings that stand for an older Go release, such as `x509negativeserial=1`. */
  readonly godebug?: string | undefined;
}

export type GoRejection = 'expired' | 'unknown-authority' | 'name' | 'usage' | 'constraint' | 'other';

/** One text per step, in Go's words; undefined: the step passed. */
export interface GoAnswer {
  /** Why the CA file cannot be loaded. */
  readonly ca: string | undefined;
  /** Certificates taken from the CA file. */
  readonly certificates: number;
  /** Why its owner cannot load certificate and key; then nothing was verified. */
  readonly pair: string | undefined;
  /** Why who verifies rejects the certificate. */
  readonly peer: string | undefined;
  readonly kind: GoRejection | undefined;
  /** SHA-256 fingerprints of each chain that verifies, leaf first, in hexadecimal. */
  readonly chains: readonly (readonly string[])[];
}

let machine: GoMachine | undefined;
let starting: Promise<GoMachine> | undefined;
let forget: NodeJS.Timeout | undefined;

/** Milliseconds without a question after which the machine's memory is given back. */
const idle = 30_000;

/** Has the next question find it compiled, without blocking the event loop for that. Rejects where WebAssembly cannot be run. */
export async function startGo(): Promise<void> {
  if (machine !== undefined) {
    return;
  }
  starting ??= GoMachine.start().finally(() => {
    starting = undefined;
  });
  machine = await starting;
}

/**
 * Asks Go's crypto/x509 and crypto/tls: 3 to 15 ms, the first time 70 to 120 ms more. Throws where WebAssembly cannot be run or
 * the Go program ends; the next question then starts it again.
 */
export function askGo(request: GoRequest): GoAnswer {
  machine ??= GoMachine.startSync();
  clearTimeout(forget);
  forget = setTimeout(() => {
    machine = undefined;
  }, idle).unref();
  const { ca, caReader, shown, role, host = '', now, godebug = '' } = request;
  const question = {
    ...{ ca: ca.toString('base64'), caReader, role, host, godebug, now: Math.floor(now.getTime() / 1000) },
    ...('chain' in shown
      ? { chain: shown.chain.map((der) => der.toString('base64')) }
      : { cert: shown.cert.toString('base64'), key: shown.key?.toString('base64') ?? '' }),
  };
  const answer = answerOf(machine, question);
  const said = (text: string) => (text === '' ? undefined : text);
  return {
    ...{ ca: said(answer.ca), certificates: answer.certificates, pair: said(answer.pair), peer: said(answer.peer) },
    ...{ kind: said(answer.kind) as GoRejection | undefined, chains: answer.chains },
  };
}

type Answer = Readonly<Record<'ca' | 'pair' | 'peer' | 'kind', string>> & Pick<GoAnswer, 'certificates' | 'chains'>;

function answerOf(asked: GoMachine, question: object): Answer {
  try {
    return asked.ask(question) as Answer;
  } catch (error: unknown) {
    // A Go program that ended does not run again.
    machine = undefined;
    throw error;
  }
}
