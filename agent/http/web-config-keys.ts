/** Keys of the file by section; `''` is the top. What is not here is refused. */
export const webConfigKeys: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  tls_server_config: {
    cert_file: 'certificate of the address, leaf first; needed',
    key_file: 'its key; needed',
    client_ca_file: 'the CA of those who come; needed where they are verified',
    client_auth_type:
      '`NoClientCert` (default), `RequestClientCert`, `RequireAnyClientCert`, `VerifyClientCertIfGiven`, `RequireAndVerifyClientCert`',
    client_allowed_sans: 'let in certificates with one of these DNS names, IP addresses, URIs or mail addresses only',
    min_version: '`TLS12` (default) or `TLS13`',
    max_version: '`TLS13` (default) or `TLS12`',
    cipher_suites: "suites of TLS 1.2, by Go's names",
    curve_preferences: "curves, by Go's names",
    prefer_server_cipher_suites: 'taken and ignored, as by Go since 1.17',
  },
  http_server_config: {
    http2: 'taken and without effect: the server speaks HTTP/1.1',
    headers: 'sent with every answer, in place of our own of that name; the five that Prometheus takes',
  },
  rate_limit: {
    interval: 'one request each, as `100ms`',
    burst: 'how many may come at once',
  },
  '': {
    basic_auth_users: 'bcrypt hashes by user, of a cost up to 14',
  },
};
