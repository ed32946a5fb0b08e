/** How a port of the dev cluster can be told to misbehave. */
export const faultNames = [
  'keepOldCertificate',
  'plaintext',
  'silent',
  'slow',
  'refuseCaller',
  'serveExpired',
  'serveOtherCa',
  'serveOtherName',
  'internalError',
  'down',
] as const;

export type FaultName = (typeof faultNames)[number];
