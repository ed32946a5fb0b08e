/** A lint rule, a text that triggers it, and one that nearly does. */
export interface LintCase {
  readonly code: string;
  readonly file?: string;
  readonly version?: string;
  /** Triggers the rule. */
  readonly text: string;
  /** The exact line, without the folder. */
  readonly line: string;
  readonly remediation: string | RegExp;
  /** Nearly does, and must not. */
  readonly near: string;
  readonly nearVersion?: string;
  /** Files beside it. */
  readonly beside?: Readonly<Record<string, string>>;
}

/** The usual settings of each component, to be added to. */
export const paths = 'ca-path = "a"\ncert-path = "b"\nkey-path = "c"\n';
export const pdPaths = 'cacert-path = "a"\ncert-path = "b"\nkey-path = "c"\n';
export const pd = `client-urls = "https://h:1"\n[security]\n${pdPaths}`;
export const tikv = `[server]\naddr = "h:1"\n[security]\n${paths}`;
export const tidbPaths = 'cluster-ssl-ca = "a"\ncluster-ssl-cert = "b"\ncluster-ssl-key = "c"\n';
export const flashPaths = 'ca_path = "a"\ncert_path = "b"\nkey_path = "c"\n';
export const proxyBlock = 'ca = "a"\ncert = "b"\nkey = "c"\n';
