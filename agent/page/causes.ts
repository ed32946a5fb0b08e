import { causes } from '../../checks/causes/catalogue.js';
import { severityWords } from '../../checks/causes/severity-words.js';
import { html } from './html.js';
import { markdown } from './markdown.js';
import type { Page } from './parts.js';

/** Every cause with its explanation: where an incident links to. */
export function renderCauses(): Page {
  const sections = causes.map(
    ({ name, title, severity, description }) =>
      html`<section id="${name}"><h2>${title}</h2><p class="lead"><code>${name}</code>, ${severityWords[severity]}</p><div class="prose">${markdown(description)}</div></section>
`,
  );
  return {
    title: 'Causes',
    body: html`<h1>Causes</h1><p class="lead">What incidents come from, in the order in which findings are explained.</p>
${sections}`,
  };
}
