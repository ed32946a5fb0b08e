import { type Html, html } from './html.js';

/** The Markdown of the catalogue of checks: paragraphs and `code`. */
export function markdown(text: string): Html {
  return html`${text.split(/\n{2,}/).map((paragraph) => html`<p>${inline(paragraph)}</p>`)}`;
}

/** One paragraph of it, without `<p>`. */
export function inline(text: string): Html {
  return html`${text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part.replaceAll('\n', ' ')))}`;
}
