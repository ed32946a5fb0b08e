import type { EndpointOfInstance, Evidence } from './check.js';

/** What a port was seen to speak counts above what its configuration or its registration says. */
export function speaksTls({ instance, endpoint }: EndpointOfInstance, { observations }: Evidence): boolean {
  return observations.some(
    (one) => one.instance === instance && one.endpoint === endpoint && one.observation.peerChain.length > 0,
  );
}
