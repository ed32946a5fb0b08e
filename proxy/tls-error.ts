/** What OpenSSL says, without its own file names. */
export function shortOf(error: Error): string {
  return 'reason' in error ? String(error.reason) : error.message.trim();
}

export function isAlert(error: Error): boolean {
  return 'code' in error && /_ALERT_/.test(String(error.code));
}
