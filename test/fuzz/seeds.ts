const texts = (...all: readonly string[]) => all.map((text) => Buffer.from(text));

const manifest = `apiVersion: pingcap.com/v1alpha1
kind: TidbCluster
metadata: { name: basic, namespace: db }
spec:
  tlsCluster: { enabled: true }
  pd: { replicas: 1, config: "[security]\\ncert-allowed-cn = [\\"TiDB\\"]\\n" }
  tikv:
    replicas: 3
    config: |
      [security]
      cert-allowed-cn = ["PD-Server"]
  tidb: &tidb { replicas: 2, config: { security: { cluster-verify-cn: ["a"] } } }
  tiflash: *tidb
`;
const coreManifest = `apiVersion: core.pingcap.com/v1alpha1
kind: PDGroup
metadata: { name: pd, namespace: db }
spec:
  replicas: 1
  template: { spec: { config: "[security]\\n", version: v8.5.0 } }
---
kind: ConfigMap
apiVersion: v1
data: { config-file: "[security]\\nca-path = \\"/x\\"\\n" }
`;
const topology = `global: { user: tidb, enable_tls: true, deploy_dir: /tidb-deploy }
server_configs:
  tikv: { security.cert-allowed-cn: ["a"] }
  pd: { security: { cert-allowed-cn: ["b"] } }
pd_servers: [{ host: 10.0.1.1, client_port: 2379, peer_port: 2380 }]
tikv_servers:
  - host: 10.0.1.2
    port: 20160
    status_port: 20180
    config: { security.cert-allowed-cn: [] }
tidb_servers: [{ host: "::1", port: 4000 }]
tiflash_servers: [{ host: 10.0.1.3 }]
`;
const flag = (...args: readonly string[]) => Buffer.from(`${args.join('\0')}\0`);

/** Well-formed inputs that the fuzzer makes ill-formed. */
export const seeds = {
  toml: texts(
    '[security]\nca-path = "/a"\ncert-path = "b"\nkey-path = \'c\'\ncert-allowed-cn = ["x", "y"]\n[server]\naddr = "0.0.0.0:20160"\nstatus-addr = "[::]:20180"\n',
    'port = 4000\na.b.c = { d = 1, e = [1, 2.5, 1979-05-27T07:32:00Z] }\n[[x]]\ny = """\nz\\u00e9"""\n[security]\ncluster-ssl-ca = "a"\ncluster-verify-cn = []\n',
  ),
  agentConfig: texts(
    'scope = "node"\n[security]\nca-path="a"\ncert-path="b"\nkey-path="c"\n[cluster]\npd = ["https://10.0.0.1:2379"]\nconfigs=["*.toml"]\nrefresh="1m"\n[[instance]]\ncomponent="tikv"\naddress="10.0.0.1:20160"\nstatus-address="10.0.0.1:20180"\n[probe]\ninterval="5s"\nnegative-interval="off"\nconcurrency=3\n',
    '[web]\nlisten = "[::1]:0"\nconfig-file = "w"\n[[client]]\nname = "prometheus"\ncommon-name = "p"\n[[proxy]]\nmode = "terminate"\nlisten = "unix:/x"\ntarget = ["127.0.0.1:1", "unix:/y"]\nca-path="a"\ncert-path="b"\nkey-path="c"\nallow-cn=["x"]\nidle-timeout="3s"\n',
  ),
  yaml: texts(
    manifest,
    topology,
    'a: &a [1, *a]\n<<: *a\n? [x]\n: !!binary aGk=\n"__proto__": { x: 1 }\n',
    '{{ if }}\n',
  ),
  kubernetes: texts(manifest, coreManifest),
  topology: texts(topology, `tidb_version: v8.5.0\ntopology:\n${topology.replace(/^/gm, '  ')}`),
  webConfig: texts(
    'tls_server_config:\n  cert_file: a\n  key_file: b\n  client_ca_file: c\n  client_auth_type: RequireAndVerifyClientCert\n  client_allowed_sans: [x]\n  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]\n  curve_preferences: [X25519]\n  min_version: TLS13\nhttp_server_config:\n  http2: true\n  headers: { X-Frame-Options: deny }\nbasic_auth_users:\n  a: $2y$10$abcdefghijklmnopqrstuuAbCdEfGhIjKlMnOpQrStUvWxYz0123.\n',
  ),
  httpAnswers: texts(
    '{"connections":0,"version":"8.0.11-TiDB-v8.5.0","git_hash":"f"}',
    '{"header":{"cluster_id":7446744073709551615},"members":[{"name":"pd","member_id":18446744073709551615,"peer_urls":["http://a"],"client_urls":["http://b"]}],"leader":{"name":"pd"}}',
    '[{"name":"pd","member_id":1,"client_urls":["http://b"],"health":true}]',
    '{"count":1,"stores":[{"store":{"id":1,"address":"a:1","state_name":"Up"}}]}',
    '{"health":"true","reason":""}',
    '{"version":"v8.5.0","git_hash":"","id":"x","pid":1,"is_owner":true,"liveness":0}',
  ),
  httpResponses: texts(
    'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nx: y\r\n\r\n',
    'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.0 404 Not Found\r\n\r\nuntil the end',
    'HTTP/1.1 204 No Content\r\n\r\n',
  ),
  registrations: texts(
    '/topology/tidb/10.0.0.1:4000/info\n{"version":"8.0.11-TiDB-v8.5.0","ip":"10.0.0.1","status_port":10080}',
    '/tidb/cdc/default/__cdc_meta__/capture/a-b\n{"id":"a-b","address":"10.0.0.1:8300","version":"v8.5.0"}',
    '/ms/7/tso/registry/http://10.0.0.1:1\n{"service-addr":"https://10.0.0.1:3379","version":"v8.5.0"}',
    '/ms/7/constructor/registry/x\n{"service-addr":{"toString":1}}',
  ),
  history: texts(
    '{"at":"2026-01-01T00:00:00.000Z","kind":"rotation","component":"tikv","instance":"a","message":"m"}\n{"at":"","kind":"finding","component":"agent","instance":"agent","message":"\\u0000"}\n{"at":',
  ),
  commandLines: [
    flag('/tidb-deploy/bin/tidb-server', '-P', '4000', '--status=10080', '--advertise-address=10.0.0.1', '--config=x'),
    flag('bin/tikv-server', '--addr', '0.0.0.0:20160', '--pd-endpoints', 'https://a:1,b:2', '-C', 'conf/tikv.toml'),
    flag('pd-server', 'tso', '--listen-addr=https://[::1]:1', '--cacert', 'a', '--cert=b', '--key'),
    flag('cdc', 'server', '--addr=0.0.0.0:8300', '--pd=https://a:1', '--ca=x', '--cert-allowed-cn=a,b'),
  ],
  /** ServerHello, Certificate, CertificateRequest with one name, ServerHelloDone. */
  messages: (der: Buffer) => {
    const vector = (size: number, body: Buffer) => {
      const length = Buffer.alloc(size);
      length.writeUIntBE(body.length, 0, size);
      return Buffer.concat([length, body]);
    };
    const message = (type: number, body: Buffer) => Buffer.concat([Buffer.from([type]), vector(3, body)]);
    const request = Buffer.concat([
      vector(1, Buffer.from([1, 64])),
      vector(2, Buffer.from([4, 3])),
      vector(2, vector(2, Buffer.from('300030', 'hex'))),
    ]);
    const messages = [
      message(2, Buffer.alloc(40)),
      message(11, vector(3, vector(3, der))),
      message(13, request),
      message(14, Buffer.alloc(0)),
    ];
    const record = (body: Buffer) => Buffer.concat([Buffer.from([22, 3, 3]), vector(2, body)]);
    return [record(Buffer.concat(messages)), Buffer.concat(messages.map(record)), Buffer.from([21, 3, 3, 0, 2, 2, 40])];
  },
} as const;
