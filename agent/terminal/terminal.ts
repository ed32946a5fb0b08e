import { styleText } from 'node:util';

/** How a stream is written to. */
export interface Terminal {
  /** Whether lines may be rewritten. */
  readonly screen: boolean;
  readonly colour: boolean;
  /** Undefined where no window limits a line. */
  readonly columns: number | undefined;
  readonly rows: number | undefined;
}

export type Colour = 'red' | 'yellow' | 'gray' | 'green' | 'cyan' | 'bold';

/** For text that is not shown in a terminal. */
export const plain: Terminal = { screen: false, colour: false, columns: undefined, rows: undefined };

/** For pseudo-terminals that report 0. */
const usualSize = { columns: 80, rows: 24 };

/** From a stream and the environment: NO_COLOR (any value but the empty one), FORCE_COLOR (overrides it), TERM. */
export function terminalOf(stream: NodeJS.WritableStream, env: NodeJS.ProcessEnv = process.env): Terminal {
  const { isTTY, columns, rows } = stream as Partial<NodeJS.WriteStream>;
  const screen = isTTY === true;
  return {
    screen: screen && env.TERM !== 'dumb',
    colour: wantsColour(screen, env),
    columns: screen ? columns || usualSize.columns : undefined,
    rows: screen ? rows || usualSize.rows : undefined,
  };
}

function wantsColour(screen: boolean, env: NodeJS.ProcessEnv): boolean {
  if (env.FORCE_COLOR !== undefined) {
    return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  }
  return screen && env.TERM !== 'dumb' && (env.NO_COLOR ?? '') === '';
}

/** The only function that adds colour. */
export function coloured(terminal: Terminal, colour: Colour, text: string): string {
  return terminal.colour ? styleText(colour, text, { validateStream: false }) : text;
}
