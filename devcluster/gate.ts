import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import { clientCertificateAsked, isCallerAccepted, type ShownNames } from '../cluster/access/expectation.js';
import type { EndpointProfile } from '../cluster/components/profile.js';
import type { Endpoint, Instance } from '../cluster/inventory/inventory.js';
import type { FaultName } from './faults.js';

interface GateOptions {
  readonly profile: EndpointProfile;
  /** The instance with its current list, read at each connection. */
  readonly instance: () => Instance;
  /** The component's Common Name, for components that add it to their list. */
  readonly ownCommonName: string;
  readonly faults: ReadonlySet<FaultName>;
}

/** Which clients one port accepts: by its profile and its list, unless a fault overrides them. */
export class Gate {
  readonly #options: GateOptions;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** Whether the port requests a client certificate, and whether the handshake fails without a valid one. */
  clientCertificate(): { readonly requests: boolean; readonly requires: boolean } {
    const { instance, profile, faults } = this.#options;
    if (faults.has('requestsNoCertificate')) {
      return { requests: false, requires: false };
    }
    const asked = faults.has('rejectCaller') || clientCertificateAsked(this.#endpoint(), instance());
    const verified = profile.callers.verifiesIfGiven === true && instance().security.ca !== undefined;
    return { requests: asked || verified, requires: asked && !faults.has('verifiesNothing') };
  }

  /** Whether the client presented a certificate of another CA where none is required. */
  isForeign(socket: TLSSocket, verified: boolean): boolean {
    const presented = socket.getPeerCertificate().raw !== undefined;
    return presented && !verified && !this.#options.faults.has('verifiesNothing');
  }

  accepts(socket: TLSSocket): boolean {
    const { instance, ownCommonName, faults } = this.#options;
    if (faults.has('rejectCaller')) {
      return false;
    }
    if (faults.has('requestsNoCertificate') || faults.has('verifiesNothing') || faults.has('ignoresNames')) {
      return true;
    }
    return isCallerAccepted(this.#endpoint(), instance(), shownBy(socket), ownCommonName) === 'accepted';
  }

  #endpoint(): Endpoint {
    const { instance, profile } = this.#options;
    const endpoint = instance().endpoints.find(({ name }) => name === profile.name);
    if (endpoint === undefined) {
      throw new TypeError(`the configuration has no ${profile.title}`);
    }
    return endpoint;
  }
}

/** The Common Names of the peer's leaf and of the certificates above it. */
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
