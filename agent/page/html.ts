import { unprintable } from '../../metrics/unprintable.js';

/** Markup that may go to a browser as it is; only `html` makes it. */
export class Html {
  readonly #markup: string;

  private constructor(markup: string) {
    this.#markup = markup;
  }

  /** The static parts are the program's own; every value that is no Html is escaped, in text and in quoted attributes. */
  static from(parts: readonly string[], values: readonly Value[]): Html {
    return new Html(parts.map((part, index) => part + (index < values.length ? markupOf(values[index]) : '')).join(''));
  }

  toString(): string {
    return this.#markup;
  }
}

/** `undefined` and `false` are nothing, so that a part can be left out; a list is its parts in turn. */
export type Value = Html | string | number | undefined | false | readonly Value[];

/** A template whose values are escaped. Attributes must stand in quotes. */
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

/** What is unprintable is named, as in `[U+202E]`. */
export function visible(text: string): string {
  return text.replace(
    unprintable,
    (character) => `[U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
  );
}
