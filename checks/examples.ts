/** One finding of each check as `check` prints it, for `--explain`. */
export const checkExamples: Readonly<Record<string, string>> = {
  configuration: 'agent agent  tikv.toml:4:11: TLS needs three keys, and key-path is not set: TiKV does not start',
  'sources-agree': 'agent agent  topology.yaml:12:5: tikv 10.0.1.2:20180 is configured here and not registered in PD',
  'tls-configured': 'pd 10.0.1.1:2379  only 2 of the three TLS keys are set',
  'certificate-readable': 'tikv 10.0.1.2:20180  /tidb-deploy/tikv-20160/tls/tikv.crt: does not exist',
  'file-safe':
    'tikv 10.0.1.2:20180  /tidb-deploy/tikv-20160/tls/tikv.crt is not PEM text: tikv does not survive reading it',
  'key-matches-certificate': 'tikv 10.0.1.2:20180  tls/tikv.pem is not the key of tls/tikv.crt',
  'verifies-under-ca': 'tidb 10.0.1.1:10080  tls/tidb.crt is not good as client under tls/ca.crt (CERT_HAS_EXPIRED)',
  'certificate-validity': 'tiflash 10.0.1.3:8234  tls/tiflash.crt is not valid before 2026-12-01T08:00:00.000Z',
  'key-usages': 'tikv 10.0.1.2:20180  tls/tikv.crt lacks the usage clientAuth',
  'names-cover-addresses':
    'tidb 10.0.1.1:10080  the certificate does not cover 10.0.1.1, which tidb.toml:2:21 advertises; it is for tidb-1',
  'key-file-mode': 'tikv 10.0.1.2:20180  2 key files are readable by everybody on this node',
  'survives-restart': 'pd 10.0.1.1:2379  would not start again: key and certificate on disk do not belong together',
  'endpoint-answers':
    'tikv 10.0.1.2:20180 grpc as own  cannot be reached, which is no refusal: no connection: ECONNREFUSED',
  'strangers-refused':
    'tidb 10.0.1.1:10080 status as anonymous  lets in anybody, without a certificate: no list is set',
  'asks-for-certificate':
    'tidb 10.0.1.1:10080 status  asks nobody for a certificate, though its configuration makes it ask',
  'sessions-end': 'ticdc 10.0.1.4:8300 api  a session lets its holder in again without a certificate: HTTP 200',
  'caller-admitted': 'tikv 10.0.1.2:20180 grpc as tidb  tidb is refused: gRPC status 16 (UNAUTHENTICATED)',
  'peers-reach-each-other':
    'pd 10.0.1.1:2379 client  does not reach member pd-2, which answers the agent: one of the two refuses the other; 1 of the other members reach it',
  'server-verifies': 'tikv 10.0.1.2:20180 status as own  the certificate served is not for 10.0.1.2 but for tikv-1',
  'served-matches-file':
    'tikv 10.0.1.2:20180 status  serves the certificate ending 2026-12-01T08:00:00.000Z, on disk is the one ending 2027-11-25T08:00:00.000Z',
  'caller-in-allow-list':
    'tikv 10.0.1.2:20180 grpc as pd  the list does not hold PD-Server, the Common Name of pd, which calls this port',
  'needless-caller':
    'tikv 10.0.1.2:20180  its list holds "TiProxy-Server", the Common Name of tiproxy, which calls none of its ports',
  'own-name-in-own-list':
    'pd 10.0.1.1:2379  its own Common Name PD-Server is not in its own list: it will end at its next start',
  'ca-unchanged':
    'tidb 10.0.1.1:10080  tls/ca.crt changed after 2026-11-20T08:00:00.000Z; what runs still trusts the old CA',
  'trusts-ca-on-disk': 'tidb 10.0.1.1:10080 status  what runs does not trust CN=Cluster CA 2027 of the CA file',
};
