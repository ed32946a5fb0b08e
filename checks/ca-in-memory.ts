import type { Instance } from '../cluster/inventory/inventory.js';
import { authorityName, isSameAuthority } from '../credentials/authority-name.js';
import type { Certificate } from '../credentials/certificate.js';
import type { CredentialFacts } from '../credentials/facts.js';
import { startFaultsOf } from './survives-restart.js';

/**
 * The difference between the CAs that a port names, as subjects in DER and hex, and those of a file. Undefined where
 * there is none, or where the port names no CA.
 */
export function namesDiffer(authorities: readonly string[], onDisk: readonly Certificate[]): string | undefined {
  const inMemory = new Set(authorities);
  const inFile = new Set(onDisk.map(({ subjectDer }) => subjectDer));
  const missing = onDisk.filter(({ subjectDer }) => !inMemory.has(subjectDer));
  const removed = [...inMemory].filter((name) => !inFile.has(name)).length;
  if (authorities.length === 0 || (missing.length === 0 && removed === 0)) {
    return undefined;
  }
  const lacks =
    missing.length === 0
      ? ''
      : `does not trust ${missing.map((one) => authorityName(one, onDisk)).join(' and ')} of the CA file`;
  const keeps =
    removed === 0
      ? ''
      : `trusts ${removed} CA${removed === 1 ? '' : 's'} that ${removed === 1 ? 'is' : 'are'} no longer in the CA file`;
  return `the running process ${[lacks, keeps].filter(Boolean).join(', and ')}`;
}

/** Whether two CA files hold the same CAs, each perhaps renewed with its key. */
export function haveSameAuthorities(one: readonly Certificate[], other: readonly Certificate[]): boolean {
  const covers = (these: readonly Certificate[], those: readonly Certificate[]) =>
    those.every((ca) => these.some((own) => isSameAuthority(own, ca)));
  return covers(one, other) && covers(other, one);
}

/** The self-issued certificate that a chain ends in. */
export function rootOf(chain: readonly Certificate[]): Certificate | undefined {
  const top = chain.length > 1 ? chain.at(-1) : undefined;
  return top !== undefined && top.subject === top.issuer && top.isCertificateAuthority ? top : undefined;
}

/**
 * What makes a component load the CA file on disk; `restarts` where it reads the CA only at its start. Never a restart of a
 * component that would not start with these files.
 */
export function caReloadRemediation(instance: Instance, facts: CredentialFacts, restarts: boolean): string {
  const { component } = instance;
  if (!restarts) {
    return 'touch the certificate file: the CA is read together with it';
  }
  return startFaultsOf(instance, facts).length > 0
    ? `do not restart ${component}: restore its CA file, or add the old CA to it; see survives-restart`
    : `restart ${component} once every peer trusts the new CA`;
}

/** The start of a process is known to the second: Linux gives the time of the boot in whole seconds. */
const startPrecision = 1_000;

/** Whether a file written at this time was certainly written after the process started. */
export function isAfterStart(writtenAt: number, processStart: Date): boolean {
  return writtenAt > processStart.getTime() + startPrecision;
}
