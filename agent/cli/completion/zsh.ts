import { type Command, flagsOf, type OptionHelp, programName } from '../commands/command.js';

/** A zsh script, to be put into a folder of `fpath` as `_tidb-mtls-agent`, or sourced after `compinit`. */
export function zshCompletion(commands: readonly Command[]): string {
  return `#compdef ${programName}
_tidb_mtls_agent() {
  local context state line
  typeset -A opt_args
  _arguments -C '(- *)--version[the version]' '(- *)--help[all commands]' '1:command:->command' '*::argument:->argument'
  case $state in
    command)
      local -a commands=(
${commands.map(({ name, summary }) => `        ${quoted(`${name}:${summary}`)}`).join('\n')}
      )
      _describe command commands
      ;;
    argument)
      case $words[1] in
${commands.map(caseOf).join('\n')}
      esac
      ;;
  esac
}
if [ "$funcstack[1]" = _tidb_mtls_agent ]; then
  _tidb_mtls_agent "$@"
else
  compdef _tidb_mtls_agent ${programName}
fi
`;
}

function caseOf(command: Command): string {
  const { words, files } = command.operands ?? {};
  const specs = [
    ...flagsOf(command).map(flagSpec),
    ...(words === undefined ? [] : [`1:word:(${words.join(' ')})`]),
    ...(files === true ? ['*:file:_files'] : []),
  ];
  return `        ${command.name})
          _arguments \\
${specs.map((spec) => `            ${quoted(spec)}`).join(' \\\n')}
          ;;`;
}

function flagSpec({ name, value, choices, multiple, help }: OptionHelp): string {
  const flag = `${multiple === true ? '*' : ''}--${name}${value === undefined ? '' : '='}`;
  const text = `[${help.replace(/[\\[\]:]/g, '\\$&')}]`;
  return value === undefined ? `${flag}${text}` : `${flag}${text}:${value}:${actionOf(value, choices)}`;
}

function actionOf(value: string, choices: OptionHelp['choices']): string {
  if (choices !== undefined) {
    return `(${choices.join(' ')})`;
  }
  return value === 'F' ? '_files' : '';
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
