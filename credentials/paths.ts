/** Absolute paths of what one side of mutual TLS uses: the CA file, the certificate with its issuers, and its key. */
export interface CredentialPaths {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export type KeyPairPaths = Pick<CredentialPaths, 'cert' | 'key'>;

/** The paths that a configuration sets; each of them may be missing. */
export type ConfiguredPaths = { readonly [File in keyof CredentialPaths]?: string | undefined };
