export interface Answer {
  readonly status: number;
  readonly type?: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One line of plain text. */
export function text(status: number, body: string): Answer {
  return { status, body: `${body}\n` };
}
