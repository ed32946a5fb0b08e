/** An argument, quoted for a shell where it needs quotes. */
export function shellQuoted(argument: string): string {
  return /^[\w@%+=:,./~-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}

/** A command line of quoted arguments. */
export function commandLine(...args: readonly string[]): string {
  return args.map(shellQuoted).join(' ');
}
