import { unprintable } from '../../metrics/unprintable.js';

/** Markup that may be sent to a browser as it is; only `html` creates it. */
export class Html {
  readonly #markup: string;

  private constructor(markup: string) {
    this.#markup = markup;
  }

  /** `parts` are the program's own text; every value that is not Html is escaped, for text and for quoted attributes. */
  static from(parts: readonly string[], values: readonly Value[]): Html {
    return new Html(parts.map((part, index) => part + (index < values.length ? markupOf(values[index]) : '')).join(''));
  }

  toString(): string {
    return this.#markup;
  }
}

/** `undefined` and `false` render as nothing, a list as its elements. */
export type Value = Html | string | number | undefined | false | readonly Value[];

/** A template whose values are escaped. Attributes must be in quotes. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return Html.from(parts, values);
}

function markupOf(value: Value): string {
  if (value === undefined || value === false) {
    return '';
  }
  if (value instanceof Html) {
    return value.toString();
  }
  if (typeof value === 'string' || typeof value === 'number') {
    return visible(String(value)).replace(/[&<>"']/g, (character) => entities[character] ?? '');
  }
  return value.map(markupOf).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Unprintable characters are named, as in `[U+202E]`. */
export function visible(text: string): string {
  return text.replace(
    unprintable,
    (character) => `[U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
  );
}
