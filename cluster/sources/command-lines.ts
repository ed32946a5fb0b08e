import type { Problem } from '../documents/origin.js';
import type { Described } from '../inventory/described.js';
import { describeCommandLine } from './flags.js';
import { commandLines, linkIn } from './proc.js';

/** The components that run on this node, as far as their processes are visible to the agent: their files, overridden by their flags. */
export function describeProcesses(problems: Problem[], root = '/proc'): readonly Described[] {
  return commandLines(root).flatMap(({ pid, args }) => {
    const origin = { kind: 'process', pid: Number(pid) } as const;
    const line = {
      args: args.map((text) => ({ text, origin })),
      directory: linkIn(`${root}/${pid}/cwd`),
      origin,
      title: `process ${pid}`,
    };
    return describeCommandLine(line, problems) ?? [];
  });
}
