import fc from 'fast-check';
import t from 'tap';
import { decodeHttpAnswer } from '../../probes/http-answers.js';

const member =
  '{"name":"pd-1","member_id":13991737432426069644,"peer_urls":["https://pd-1:2380"],"client_urls":["https://pd-1:2379"]}';

t.test("PD's 64-bit ids survive", async (t) => {
  const body = `{"header":{"cluster_id":7711946276361020377},"members":[${member}],"leader":${member}}`;
  t.strictSame(decodeHttpAnswer('pd-members', body), {
    kind: 'pd-members',
    clusterId: '7711946276361020377',
    members: [
      {
        name: 'pd-1',
        memberId: '13991737432426069644',
        peerUrls: ['https://pd-1:2380'],
        clientUrls: ['https://pd-1:2379'],
      },
    ],
    leader: 'pd-1',
  });
});

t.test('each question knows its answer, and nothing else', async (t) => {
  t.strictSame(decodeHttpAnswer('pd-health', `[{"name":"pd-1","health":false}]`), {
    kind: 'pd-health',
    members: [{ name: 'pd-1', clientUrls: [], healthy: false }],
  });
  t.strictSame(decodeHttpAnswer('etcd-health', '{"health":"true","reason":""}'), {
    kind: 'etcd-health',
    healthy: true,
  });
  t.match(decodeHttpAnswer('tidb-status', '{"connections":0,"version":"8.0.11-TiDB-v8.5.0","git_hash":"x"}'), {
    version: '8.0.11-TiDB-v8.5.0',
  });
  for (const kind of ['tidb-status', 'pd-members', 'pd-health', 'etcd-health'] as const) {
    for (const body of ['<!doctype html><html></html>', '', 'null', '{"a":', '7', '"x"']) {
      t.equal(decodeHttpAnswer(kind, body), undefined, `${kind}: ${body}`);
    }
  }
});

t.test('no body makes it throw', async () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
      decodeHttpAnswer('pd-members', body);
      decodeHttpAnswer('pd-health', body);
    }),
  );
});
