import { OperatorError } from '../config/error.js';
import { printable } from '../terminal/printable.js';

/** What TiUP takes as a cluster, an account or a host; each is a word of the steps, and a host names a folder. */
const name = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;
const host = /^(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]*)|[0-9A-Fa-f:]+)$/;
/** A line break would begin a line of the steps of its own. */
const control = /\p{Cc}/u;

type Named = { readonly host: string; readonly nodes: readonly string[] };

interface Texts {
  readonly file: string;
  readonly cluster: string;
  readonly user: string;
  readonly group: string;
  readonly hosts: readonly Named[];
  readonly prometheus: readonly Named[];
  readonly grafana: readonly Named[];
}

/** Throws OperatorError for text that would leave its place in a path or a line: whoever runs the steps trusts them. */
export function requireSafe(plan: Texts): void {
  const { file, cluster, user, group, hosts, prometheus, grafana } = plan;
  for (const [what, value] of Object.entries({ 'name of the cluster': cluster, user, group })) {
    if (!name.test(value)) {
      throw unsafe(file, what, value);
    }
  }
  for (const one of [...hosts, ...prometheus, ...grafana]) {
    const wrong = [one.host, ...one.nodes].find((text) => !host.test(text));
    if (wrong !== undefined) {
      throw unsafe(file, 'host', wrong);
    }
  }
  JSON.stringify(plan, (_key, value: unknown) => {
    if (typeof value === 'string' && control.test(value)) {
      throw unsafe(file, 'text', value);
    }
    return value;
  });
}

function unsafe(file: string, what: string, value: string): OperatorError {
  const message = `${file}: the ${what} "${printable(value)}" has characters that are not written to files or commands`;
  return new OperatorError(
    'unsafe_topology',
    message,
    'correct the topology: no path, space or line break belongs there',
  );
}
