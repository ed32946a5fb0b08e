import type { Role, VerificationResult, VerifierName } from '../../credentials/verifiers/verifier.js';

const titles = { go: 'Go', openssl: 'OpenSSL', 'grpc-core': 'gRPC C-core' } as const;

/** The implementations that are asked, in the order in which they are named. */
export const implementations = ['go', 'openssl', 'grpc-core'] as const satisfies readonly VerifierName[];

/** OpenSSL's code for a chain that ends before anything trusted. */
export const noIssuer = 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY';

/** OpenSSL's code for a chain that ends at something trusted which is no root. */
const noRoot = 'UNABLE_TO_GET_ISSUER_CERT';

/** Which implementations accept it in a role, and the words of those that do not. Null: without a result. */
export function acceptanceOf(results: readonly VerificationResult[], role: Role) {
  const by = (name: VerifierName) =>
    results.find((result) => result.role === role && result.verifier === name)?.trusted ?? null;
  const rejections = rejectionsOf(results, role).map(({ name, message }) => `${titles[name]}: ${message}`);
  return { role, go: by('go'), grpcCore: by('grpc-core'), openssl: by('openssl'), rejections } as const;
}

/** Roles with the same result share a line: `as client and server: by Go, OpenSSL and gRPC C-core`. */
export function acceptanceInWords(
  results: readonly VerificationResult[],
): readonly { text: string; isAccepted: boolean }[] {
  const lines = new Map<string, { readonly roles: Role[]; readonly isAccepted: boolean }>();
  for (const role of new Set(results.map((result) => result.role))) {
    const by = acceptedBy(results, role);
    const line = lines.get(by) ?? { roles: [], isAccepted: rejectionsOf(results, role).length === 0 };
    line.roles.push(role);
    lines.set(by, line);
  }
  return [...lines].map(([by, { roles, isAccepted }]) => ({ text: `as ${roles.join(' and ')}: ${by}`, isAccepted }));
}

function acceptedBy(results: readonly VerificationResult[], role: Role): string {
  const rejections = rejectionsOf(results, role);
  const accepting = implementations.filter((name) => rejections.every((one) => one.name !== name));
  const reasons = rejections.map(({ name, message }) => `${titles[name]}: ${message}`).join('; ');
  if (rejections.length === 0) {
    return `by ${listed(implementations)}`;
  }
  if (accepting.length === 0) {
    return `by NONE of ${listed(implementations)} (${reasons})`;
  }
  const [only] = rejections;
  const root = rejections.length === 1 && only?.name === 'openssl' && [noRoot, noIssuer].includes(only.message);
  return root
    ? `by ${listed(accepting)}; not by OpenSSL, which also needs the root (${only.message})`
    : `by ${listed(accepting)}; not by ${listed(rejections.map(({ name }) => name))} (${reasons})`;
}

interface Rejection {
  readonly name: (typeof implementations)[number];
  readonly message: string;
}

function rejectionsOf(results: readonly VerificationResult[], role: Role): readonly Rejection[] {
  return implementations.flatMap((name) => {
    const result = results.find((one) => one.role === role && one.verifier === name);
    return result === undefined || result.trusted === true ? [] : [{ name, message: result.message ?? 'no result' }];
  });
}

/** `Go, OpenSSL and gRPC C-core` */
function listed(names: readonly (typeof implementations)[number][]): string {
  const words = names.map((name) => titles[name]);
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
