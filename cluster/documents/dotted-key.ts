/** `cert-allowed-cn` of `security.cert-allowed-cn`. */
export function lastOf(key: string): string {
  return key.slice(key.lastIndexOf('.') + 1);
}
