import { randomFillSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { getRawAsset, isSea } from 'node:sea';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { gunzip, gunzipSync } from 'node:zlib';

/** The file beside this one; in a single executable it is an asset of that name. */
export const verifierAsset = 'verifier.wasm.gz';

/** What Go's WebAssembly exports (main.go). */
interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly _initialize: () => void;
  readonly allocate: (size: number) => number;
  readonly release: (address: number) => void;
  readonly verify: (address: number) => bigint;
}

/** WASI's error numbers: no such file descriptor, not supported. */
const badDescriptor = 8;
const notSupported = 52;

/**
 * About how many bytes of WebAssembly a function executes before V8 optimizes it; 1.8 to 13 million unless set. Optimizing
 * costs more CPU than some dozen verifications, which is all that most agents need: 0.7 of the 1.6 CPU seconds of a
 * `check` of eleven ports on Node 20. A thousand verifications in a row take no longer with this budget.
 */
const tieringFlag = '--wasm-tiering-budget=180000000';

/**
 * Runs Go's WebAssembly. It gets what the Go runtime needs to run and nothing else: no file, no network, no clock but a
 * monotonic one. Node's own `node:wasi` warns at every start that it is experimental, so these few functions stand here.
 */
export class GoMachine {
  readonly #exports: Exports;

  private constructor(module: WebAssembly.Module) {
    const host = hostFunctions(() => this.#exports.memory);
    const imports: Record<string, Record<string, WebAssembly.ImportValue>> = {};
    for (const { module: space, name } of WebAssembly.Module.imports(module)) {
      imports[space] = { ...imports[space], [name]: host[name] ?? (() => refusalOf(name)) };
    }
    this.#exports = new WebAssembly.Instance(module, imports).exports as Exports;
    this.#exports._initialize();
  }

  /** Unpacks and compiles it beside the event loop, 50 ms of CPU, and starts it in 20 to 50 more. */
  static async start(): Promise<GoMachine> {
    setFlagsFromString(tieringFlag);
    return new GoMachine(await WebAssembly.compile(await promisify(gunzip)(readAsset())));
  }

  /** The same within the event loop, for who cannot wait. */
  static startSync(): GoMachine {
    setFlagsFromString(tieringFlag);
    return new GoMachine(new WebAssembly.Module(gunzipSync(readAsset())));
  }

  /** One request and its answer, both JSON. Throws when the Go program ends, which it never should. */
  ask(request: unknown): unknown {
    const text = Buffer.from(JSON.stringify(request));
    const address = this.#exports.allocate(text.length);
    this.#bytes(address, text.length).set(text);
    const answer = BigInt.asUintN(64, this.#exports.verify(address));
    const [at, length] = [Number(answer >> 32n), Number(answer & 0xffff_ffffn)];
    const parsed: unknown = JSON.parse(Buffer.from(this.#bytes(at, length)).toString('utf8'));
    this.#exports.release(address);
    this.#exports.release(at);
    return parsed;
  }

  /** Memory grows and moves, so a view of it is good for one use. */
  #bytes(address: number, length: number): Uint8Array {
    return new Uint8Array(this.#exports.memory.buffer, address, length);
  }
}

function readAsset(): Uint8Array {
  return isSea()
    ? new Uint8Array(getRawAsset(verifierAsset) as ArrayBuffer)
    : readFileSync(new URL(verifierAsset, import.meta.url));
}

/** No file is open to it, so the first question for one ends the search. */
function refusalOf(name: string): number {
  return name.startsWith('fd_') ? badDescriptor : notSupported;
}

function hostFunctions(memory: () => WebAssembly.Memory): Readonly<Record<string, WebAssembly.ImportValue>> {
  const view = () => new DataView(memory().buffer);
  const nothing = (count: number, size: number) => {
    view().setUint32(count, 0, true);
    view().setUint32(size, 0, true);
    return 0;
  };
  return {
    args_sizes_get: nothing,
    args_get: () => 0,
    environ_sizes_get: nothing,
    environ_get: () => 0,
    sched_yield: () => 0,
    clock_time_get: (_clock: number, _precision: bigint, out: number) => {
      view().setBigUint64(out, process.hrtime.bigint(), true);
      return 0;
    },
    random_get: (address: number, length: number) => {
      randomFillSync(new Uint8Array(memory().buffer, address, length));
      return 0;
    },
    /** Go waits only for its own timers, and no step of a verification waits for one. */
    poll_oneoff: (_events: number, _out: number, count: number, out: number) => {
      view().setUint32(out, count, true);
      return 0;
    },
    /** A panic is written before the program ends; the error of proc_exit says that it did. */
    fd_write: (_descriptor: number, parts: number, count: number, out: number) => {
      let length = 0;
      for (let part = 0; part < count; part++) {
        length += view().getUint32(parts + 8 * part + 4, true);
      }
      view().setUint32(out, length, true);
      return 0;
    },
    proc_exit: (status: number) => {
      throw new Error(`the Go verifier ended with status ${status}`);
    },
  };
}
