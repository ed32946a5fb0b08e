import { credentialsInUse } from '../credentials-in-use.js';
import type { Cause } from './cause.js';
import { withTheseFiles } from './consequences.js';
import { placeOfOwner } from './place.js';

/** The agent runs as another user than the component: it says nothing about the component. */
export const fileForbidden: Cause = {
  name: 'file-forbidden',
  title: 'The agent has no permission to read a credential file',
  severity: 'hygiene',
  description:
    'The component, as another user, may read the file. The agent cannot check it, and does not connect to a port that a connection could make reload a pair which the agent cannot compare.',
  find: (scene) =>
    credentialsInUse(scene.evidence).flatMap(({ owner, facts }) =>
      facts.errors
        .filter(({ code }) => code === 'permission_denied')
        .map(({ file, message }) => ({
          place: placeOfOwner(owner, file),
          summary: message,
          fixes: ['run the agent as the user of the components, or give its group the permission to read the file'],
          shownBy: scene
            .of('certificate-readable')
            .filter(({ evidence }) => evidence.file === file && evidence.reason === 'permission_denied'),
          consequences:
            owner === 'agent' ? [] : withTheseFiles(scene, owner).filter(({ status }) => status === 'unknown'),
        })),
    ),
};
