import type { ComponentName } from '../components/profile.js';
import type { ConfigDocument } from '../documents/document.js';
import type { Origin } from '../documents/origin.js';

/** One component as a file describes it: its own configuration, a TiUP topology, or a Kubernetes manifest. */
export interface Described {
  readonly component: ComponentName;
  /** True for the second file of a component that has two. */
  readonly companion: boolean;
  readonly document: ConfigDocument;
  /** Its second file, where it was found. */
  readonly second?: ConfigDocument | undefined;
  readonly version?: string | undefined;
  /** Where the file names the component. */
  readonly origin: Origin;
  /** `flags`: a command line may add paths and URLs. `all`: the document is complete. `list-only`: only lists are known. */
  readonly completeness: 'flags' | 'all' | 'list-only';
  /** The other components that the same file names. */
  readonly neighbours?: readonly ComponentName[] | undefined;
  /** True where the file also deploys Prometheus. */
  readonly monitored?: boolean;
  /** Its host in a topology, which TiUP's certificate covers. */
  readonly host?: string | undefined;
  /** The tidb-operator whose manifest this is. */
  readonly operator?: 'v1' | 'v2';
  /** The Common Name of TiUP's own certificate, where TiUP deploys the component. */
  readonly tiupClient?: string | undefined;
}
