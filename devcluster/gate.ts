import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import { clientCertificateAsked, isCallerAccepted, type ShownNames } from '../cluster/access/expectation.js';
import type { EndpointProfile } from '../cluster/components/profile.js';
import type { Endpoint, Instance } from '../cluster/inventory/inventory.js';
import type { FaultName } from './faults.js';

export interface GateOptions {
  readonly profile: EndpointProfile;
  /** The list in force, read at each connection. */
  readonly instance: () => Instance;
  /** Of the component itself, for those that add it to their list. */
  readonly ownCommonName: string;
  readonly faults: ReadonlySet<FaultName>;
}

/** Which clients one port accepts: by its profile and its list, unless a fault changes that. */
export class Gate {
  readonly #options: GateOptions;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** Whether a certificate is asked for, and whether a connection without a good one ends at the handshake. */
  demand(): { readonly asks: boolean; readonly requires: boolean } {
    const { instance, profile, faults } = this.#options;
    if (faults.has('noCertificateRequest')) {
      return { asks: false, requires: false };
    }
    const asked = faults.has('rejectCaller') || clientCertificateAsked(this.#endpoint(), instance());
    const verified = profile.callers.verifiesIfGiven === true && instance().security.ca !== undefined;
    return { asks: asked || verified, requires: asked && !faults.has('verifiesNothing') };
  }

  /** A certificate of another CA, where none is required. */
  isForeign(socket: TLSSocket): boolean {
    const shown = socket.getPeerCertificate().raw !== undefined;
    return shown && !socket.authorized && !this.#options.faults.has('verifiesNothing');
  }

  accepts(socket: TLSSocket): boolean {
    const { instance, ownCommonName, faults } = this.#options;
    if (faults.has('rejectCaller')) {
      return false;
    }
    if (faults.has('noCertificateRequest') || faults.has('verifiesNothing') || faults.has('ignoresNames')) {
      return true;
    }
    return isCallerAccepted(this.#endpoint(), instance(), shownBy(socket), ownCommonName) === 'accepted';
  }

  #endpoint(): Endpoint {
    const { instance, profile } = this.#options;
    const endpoint = instance().endpoints.find(({ name }) => name === profile.name);
    if (endpoint === undefined) {
      throw new TypeError(`the configuration places no ${profile.title}`);
    }
    return endpoint;
  }
}

/** Common Names of the peer's leaf, and of the certificates above it. */
export function shownBy(socket: TLSSocket): ShownNames {
  const [leaf = [], ...chain] = namesUpwards(socket.getPeerCertificate(true));
  return { leaf, chain: chain.flat() };
}

function namesUpwards(certificate: Partial<DetailedPeerCertificate>): readonly (readonly string[])[] {
  const name: unknown = certificate.subject?.CN;
  const names = name === undefined ? [] : [name].flat().map(String);
  const issuer = certificate.issuerCertificate;
  const ends = issuer === undefined || issuer.fingerprint256 === certificate.fingerprint256;
  return [names, ...(ends ? [] : namesUpwards(issuer))];
}
