import { type Html, html } from './html.js';

/** The Markdown of the catalogue of checks: paragraphs, lists and `code`. */
export function markdown(text: string): Html {
  return html`${text.split(/\n{2,}/).map(block)}`;
}

function block(text: string): Html {
  return text.startsWith('- ')
    ? html`<ul>${text.split('\n').map((item) => html`<li>${inline(item.slice(2))}</li>`)}</ul>`
    : html`<p>${inline(text)}</p>`;
}

/** One paragraph of it, without `<p>`. */
export function inline(text: string): Html {
  return html`${text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part.replaceAll('\n', ' ')))}`;
}
