import type { ComponentName } from '../components/profile.js';
import type { ConfigDocument } from '../documents/document.js';
import type { Origin } from '../documents/origin.js';

/** One component as a file describes it: its own configuration, a TiUP topology, or a Kubernetes manifest. */
export interface Described {
  readonly component: ComponentName;
  /** Which of its two files, for a component that has a second one. */
  readonly companion: boolean;
  readonly document: ConfigDocument;
  /** Its second file, where it could be found. */
  readonly second?: ConfigDocument | undefined;
  readonly version?: string | undefined;
  /** Where the file names it. */
  readonly origin: Origin;
  /** `flags`: paths and URLs may also come from a command line that this file does not show. `all`: nothing else counts. */
  readonly completeness: 'flags' | 'all' | 'list-only';
  /** The other components that the same file names. */
  readonly neighbours?: readonly ComponentName[] | undefined;
  /** True where Prometheus is deployed with it. */
  readonly monitored?: boolean;
  /** Its host in a topology, which TiUP's certificate is for. */
  readonly host?: string | undefined;
  /** The name of TiUP's own certificate, where TiUP deploys it. */
  readonly tiupClient?: string | undefined;
}
