import fc from 'fast-check';
import t from 'tap';
import { decodeAnswer } from '../../probes/grpc-messages.js';

t.test('decoding never throws, whatever a peer answers', async () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      for (const method of [
        '/pdpb.PD/GetMembers',
        '/grpc.health.v1.Health/Check',
        '/debugpb.Debug/GetClusterInfo',
      ] as const) {
        decodeAnswer(method, Buffer.from(bytes));
      }
    }),
  );
});
