import type { Test } from 'tap';
import type { Evidence } from '../../checks/check.js';
import type { ComponentName } from '../../cluster/components/profile.js';
import type { CredentialFacts } from '../../credentials/facts.js';
import { evidenceOf, factsOf, now } from './evidence.js';
import type { Model } from './model-cluster.js';
import { handshakeOf, probesOf } from './model-probes.js';

/** The evidence that a scan of this cluster gives. */
export async function evidenceOfModel(t: Pick<Test, 'teardown'>, model: Model): Promise<Evidence> {
  const facts = await Promise.all(model.members.map((member) => factsOfMember(t, member, member.component)));
  const agent = await factsOfMember(t, model.agent, undefined);
  const ports = model.members.flatMap((member) => member.instance.endpoints.map((endpoint) => ({ member, endpoint })));
  const observations = ports.flatMap(({ member, endpoint }) =>
    probesOf(model, member, { instance: member.instance, endpoint }),
  );
  return evidenceOf({
    instances: model.members.map(({ instance }) => instance),
    facts,
    agent,
    observations,
    serverHandshakes: ports.flatMap(({ member, endpoint }) =>
      handshakeOf(member, { instance: member.instance, endpoint }),
    ),
    ...model.inventory,
    ...model.more,
  });
}

/** Facts by contents: reading and verifying them is what takes time. */
const known = new Map<string, Promise<CredentialFacts>>();

async function factsOfMember(
  t: Pick<Test, 'teardown'>,
  { pair, ca, facts }: Model['agent'],
  component: ComponentName | undefined,
): Promise<CredentialFacts> {
  const key = [pair.certificatePem, pair.keyPem, ca, component].join();
  const read = known.get(key) ?? factsOf(t, pair, component === undefined ? { ca } : { ca, component });
  known.set(key, read);
  // Files are older than the observations of the processes that hold what they held before.
  const earlier = now.getTime() - 60_000;
  return { ...(await read), certModifiedAt: earlier, caModifiedAt: earlier, ...facts };
}
