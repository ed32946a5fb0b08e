import { type Html, html } from './html.js';

/** The little Markdown that the catalogue's texts use: paragraphs and `code`. */
export function markdown(text: string): Html {
  return html`${text.split(/\n{2,}/).map((paragraph) => html`<p>${inline(paragraph)}</p>`)}`;
}

/** One line of it. */
export function inline(text: string): Html {
  return html`${text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part.replaceAll('\n', ' ')))}`;
}
