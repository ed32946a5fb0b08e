import { type Command, flagsOf, type OptionHelp, programName } from '../commands/command.js';

/** A fish script, to be put into `~/.config/fish/completions/tidb-mtls-agent.fish`, or sourced. */
export function fishCompletion(commands: readonly Command[]): string {
  const top = commands.map(
    ({ name, summary }) => `complete -c ${programName} -n __tidb_mtls_agent_first -a ${name} -d ${quoted(summary)}`,
  );
  return `# fish completion for ${programName}
function __tidb_mtls_agent_first
    test (count (commandline -opc)) -eq 1
end
function __tidb_mtls_agent_in
    set -l words (commandline -opc)
    test (count $words) -ge 2 -a "$words[2]" = $argv[1]
end
function __tidb_mtls_agent_word
    set -l words (commandline -opc)
    test (count $words) -eq 2 -a "$words[2]" = $argv[1]
end
complete -c ${programName} -f
${top.join('\n')}
complete -c ${programName} -n __tidb_mtls_agent_first -l version -d 'the version'
complete -c ${programName} -n __tidb_mtls_agent_first -l help -s h -d 'all commands'
${commands.flatMap(linesOf).join('\n')}
`;
}

function linesOf(command: Command): readonly string[] {
  const { name, operands } = command;
  const inside = `complete -c ${programName} -n '__tidb_mtls_agent_in ${name}'`;
  const { words = [], files = false } = operands ?? {};
  return [
    ...flagsOf(command).map((option) => `${inside} -l ${option.name}${valuePart(option)} -d ${quoted(option.help)}`),
    ...(words.length === 0
      ? []
      : [`complete -c ${programName} -n '__tidb_mtls_agent_word ${name}' -a ${quoted(words.join(' '))}`]),
    ...(files ? [`${inside} -F`] : []),
  ];
}

function valuePart({ value, choices }: OptionHelp): string {
  if (choices !== undefined) {
    return ` -x -a ${quoted(choices.join(' '))}`;
  }
  if (value === 'F') {
    return ' -r -F';
  }
  return value === undefined ? '' : ' -x';
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
