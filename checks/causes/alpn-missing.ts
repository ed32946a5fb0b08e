import type { Cause } from './cause.js';
import { placeOfPort } from './place.js';

/** Something between terminates TLS without ALPN. */
export const alpnMissing: Cause = {
  name: 'alpn-missing',
  title: 'A gRPC port negotiates no ALPN protocol',
  severity: 'failing',
  description:
    'TLS works, and the server does not select h2 by ALPN. gRPC C-core (TiKV, TiFlash) and grpc-go since 1.67 end such a connection. TiDB components select it; a proxy or a load balancer that terminates TLS in front of them may not.',
  find: (scene) =>
    scene
      .of('server-verifies')
      .filter(({ evidence }) => evidence.alpn !== undefined)
      .flatMap((finding) => {
        const port = scene.portOf(finding);
        return port === undefined
          ? []
          : [
              {
                place: placeOfPort(port),
                summary: finding.message,
                fixes: ['make what terminates TLS there offer h2 by ALPN, or pass TLS through to the component'],
                shownBy: [finding],
              },
            ];
      }),
};
