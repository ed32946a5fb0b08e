import 'reflect-metadata';
import { Name } from '@peculiar/x509';

/** A distinguished name (DER in hex) as text. */
export function nameText(derHex: string): string {
  return new Name(Buffer.from(derHex, 'hex')).toString();
}
