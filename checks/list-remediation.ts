/**
 * What to do where a list does not hold a Common Name; `where` is empty or begins with a blank. An empty entry would let
 * in every certificate of the CA that has no name.
 */
export function remediationOfList(name: string, where: string, then = ''): string {
  return name === '' ? `issue it with a Common Name of the list${where}` : `add "${name}" to the list${where}${then}`;
}
