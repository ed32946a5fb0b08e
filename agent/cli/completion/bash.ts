import { type Command, flagsOf, type OptionHelp, programName } from '../commands/command.js';

/** A bash script that completes commands, flags, values of closed sets, and files; bash 3.2 and later. */
export function bashCompletion(commands: readonly Command[]): string {
  return `# bash completion for ${programName}
_tidb_mtls_agent() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]}
  # bash takes --flag=value apart at the sign.
  if [ "$current" = = ]; then
    current=
  elif [ "$previous" = = ]; then
    previous=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    _tidb_mtls_agent_words '${commands.map(({ name }) => name).join(' ')} --help --version'
    return
  fi
  case "$command $previous" in
${commands.flatMap(valueCases).join('\n')}
  esac
  case "$command $current" in
${commands.flatMap(wordCases).join('\n')}
  esac
}
_tidb_mtls_agent_words() {
  COMPREPLY=($(compgen -W "$1" -- "$current"))
}
_tidb_mtls_agent_files() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -f -- "$current"))
  type compopt >/dev/null 2>&1 && compopt -o filenames 2>/dev/null
}
complete -F _tidb_mtls_agent ${programName}
`;
}

/** What follows a flag that takes a value. */
function valueCases(command: Command): readonly string[] {
  return flagsOf(command).flatMap((option) =>
    option.value === undefined ? [] : [`    '${command.name} --${option.name}') ${valueAction(option)}; return ;;`],
  );
}

function valueAction({ value, choices }: OptionHelp): string {
  if (choices !== undefined) {
    return `_tidb_mtls_agent_words '${choices.join(' ')}'`;
  }
  return value === 'F' ? '_tidb_mtls_agent_files' : ':';
}

/** Flags, or what the command takes besides. */
function wordCases(command: Command): readonly string[] {
  const { name, operands = {} } = command;
  const flags = flagsOf(command).map((option) => `--${option.name}`);
  const { words = [], files = false } = operands;
  const first = words.length === 0 ? [] : [`[ "$COMP_CWORD" -eq 2 ] && _tidb_mtls_agent_words '${words.join(' ')}'`];
  const later = files ? ['_tidb_mtls_agent_files'] : [];
  const other = [...first, ...later].join(' || ') || ':';
  return [`    '${name} '-*) _tidb_mtls_agent_words '${flags.join(' ')}' ;;`, `    '${name} '*) ${other} ;;`];
}
