/** An argument as a shell reads it. */
export function shellQuoted(argument: string): string {
  return /^[\w@%+=:,./~-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}

/** A command line of such arguments. */
export function commandLine(...args: readonly string[]): string {
  return args.map(shellQuoted).join(' ');
}
