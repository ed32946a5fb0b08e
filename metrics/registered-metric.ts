import { Gauge, type Registry } from 'prom-client';

export type Snapshot = Awaited<ReturnType<Gauge['get']>>;

interface Head extends Pick<Snapshot, 'name' | 'help'> {
  readonly type: Snapshot['type'] | 'gauge' | 'counter';
}

/** A metric of a registry of prom-client whose series are kept elsewhere; they are asked for whenever it is written. */
export class RegisteredMetric extends Gauge {
  readonly #type: Snapshot['type'];
  readonly #values: () => Snapshot['values'];

  constructor({ name, help, type }: Head, registry: Registry, values: () => Snapshot['values']) {
    super({ name, help, registers: [registry] });
    // prom-client's types have numbers in place of the words that it writes.
    this.#type = type as Snapshot['type'];
    this.#values = values;
  }

  override async get(): Promise<Snapshot> {
    return { ...(await super.get()), type: this.#type, values: this.#values() };
  }
}
