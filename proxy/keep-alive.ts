/**
 * TCP keepalive, after 15 seconds as in Go. A peer that is gone without a reset, or whose process ended after its half
 * of the connection, is found by it: a half-closed connection is otherwise legitimate for as long as it likes.
 */
export const keepAlive = { keepAlive: true, keepAliveInitialDelay: 15_000 } as const;
