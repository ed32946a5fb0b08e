import { profiles } from '../../cluster/components/profiles.js';
import type { Certificate } from '../../credentials/certificate.js';
import { inItsWords } from '../../credentials/verifiers/verifier.js';
import { remediationOfList } from '../allow-list.js';
import { anotherCa } from '../another-ca.js';
import { type Finding, findingOf } from '../finding.js';
import { type Rehearsal, rehearsalId } from './evidence.js';
import { rehearsedCaFiles, remediationOfForeignCa } from './reasons.js';

/** Whether the callers of the component would accept the candidate as a server. */
export function serverFindings(rehearsal: Rehearsal): readonly Finding[] {
  return [...advertisedHosts(rehearsal), ...listsOfCallers(rehearsal), ...trustOfCallers(rehearsal)];
}

/** Callers dial the hosts that each instance advertises. */
function advertisedHosts({ candidate, component, inventory }: Rehearsal): readonly Finding[] {
  const leaf = candidate.chain?.[0];
  const instances = inventory.instances.filter((instance) => instance.component === component);
  return instances.flatMap((instance) => {
    const hosts = new Set([
      ...instance.advertisedHosts.map(({ value }) => value),
      ...instance.endpoints.map(({ host }) => host),
    ]);
    const uncovered = [...hosts].filter((host) => leaf !== undefined && !leaf.coversHost(host));
    return uncovered.length === 0
      ? [findingOf(rehearsalId, 'pass', instance, { message: `covers ${[...hosts].join(', ')}` })]
      : uncovered.map((host) =>
          findingOf(rehearsalId, 'fail', instance, {
            message: `does not cover ${host}, which callers dial`,
            remediation: `issue it with ${host} among its SANs, or install it only where it belongs`,
          }),
        );
  });
}

/** PD also compares its list with the servers that it calls. */
function listsOfCallers({ candidate, component, inventory }: Rehearsal): readonly Finding[] {
  const leaf = candidate.chain?.[0];
  if (leaf === undefined) {
    return [];
  }
  const name = leaf.commonNames.at(-1) ?? '';
  const callers = profiles[component].endpoints.flatMap(({ calledBy }) => calledBy);
  return inventory.instances
    .filter((caller) => profiles[caller.component].needsOwnCommonName && callers.includes(caller.component))
    .flatMap((caller) => {
      const list = caller.security.allowedCommonNames;
      return list === undefined || list.value.includes(name)
        ? []
        : [
            findingOf(rehearsalId, 'fail', caller, {
              message: `${caller.component} accepts only servers of its allow-list, and ${name || 'a certificate without a Common Name'} is not in it`,
              remediation: remediationOfList(name, list.origin, ` and restart ${caller.component} first`),
            }),
          ];
    });
}

function trustOfCallers(rehearsal: Rehearsal): readonly Finding[] {
  const { chain = [] } = rehearsal.candidate;
  const another = (certificates: readonly Certificate[] = []) =>
    anotherCa(chain, { path: 'that file', certificates }, rehearsedCaFiles(rehearsal))?.message ?? '';
  return rehearsal.callerResults.map(({ caller, ca, result }) =>
    result.trusted === true
      ? findingOf(rehearsalId, 'pass', caller, {
          message: 'would accept it as a server, under the CA file that it has',
        })
      : result.trusted === undefined
        ? findingOf(rehearsalId, 'unknown', caller, {
            message: `unknown whether it would accept it as a server (${inItsWords(result)})`,
          })
        : findingOf(rehearsalId, 'fail', caller, {
            message: `would reject it as a server, under the CA file that it has (${inItsWords(result)})${another(ca)}`,
            remediation: remediationOfForeignCa(
              rehearsal,
              'server',
              'give it a bundle of old and new CA first, and restart it',
            ),
          }),
  );
}
