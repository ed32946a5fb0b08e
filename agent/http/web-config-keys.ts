/** Keys of the file by section; `''` is the top. Any other key is an error. */
export const webConfigKeys: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  tls_server_config: {
    cert_file: 'certificate of the address, leaf first; required',
    key_file: 'its key; required',
    client_ca_file: 'the CA of the clients; required where they are verified',
    client_auth_type:
      '`NoClientCert` (default), `RequestClientCert`, `RequireAnyClientCert`, `VerifyClientCertIfGiven`, `RequireAndVerifyClientCert`',
    client_allowed_sans: 'accept only certificates with one of these DNS names, IP addresses, URIs or mail addresses',
    min_version: '`TLS12` (default) or `TLS13`',
    max_version: '`TLS13` (default) or `TLS12`',
    cipher_suites: "suites of TLS 1.2, by Go's names; without it those with ECDHE and GCM or ChaCha20",
    curve_preferences: "curves, by Go's names",
    prefer_server_cipher_suites: 'accepted and ignored, as by Go since 1.17',
  },
  http_server_config: {
    http2: 'accepted and without effect: the server speaks HTTP/1.1',
    headers: "sent with every response, instead of the agent's header of that name; the five that Prometheus accepts",
  },
  rate_limit: {
    interval: 'time between two requests, as `100ms`',
    burst: 'how many requests may come at once',
  },
  '': {
    basic_auth_users: 'bcrypt hashes by user, of a cost up to 14',
  },
};
