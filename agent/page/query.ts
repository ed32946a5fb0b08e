import { type ComponentName, componentNames } from '../../cluster/components/profile.js';
import { type Html, html } from './html.js';

/** The filter of a view; all of it is in the URL, so that a view can be sent to a colleague. */
export interface Query {
  /** Words that must all occur, lower case. */
  readonly words: readonly string[];
  readonly text: string;
  readonly component: ComponentName | undefined;
  readonly status: string | undefined;
  /** Whether everything is shown that is otherwise grouped or left out. */
  readonly all: boolean;
}

/** Unknown components are ignored; the text is cut at 200 characters. */
export function queryOf(parameters: URLSearchParams): Query {
  const text = (parameters.get('q') ?? '').slice(0, 200);
  const component = parameters.get('component');
  return {
    text,
    words: text
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== ''),
    component: componentNames.find((name) => name === component),
    status: parameters.get('status') || undefined,
    all: parameters.has('all'),
  };
}

/** Whether an item of component `of`, described by `texts`, matches the filter. */
export function isWanted({ words, component }: Query, of: string, ...texts: readonly (string | undefined)[]): boolean {
  if (component !== undefined && component !== of) {
    return false;
  }
  const text = words.length === 0 ? '' : [of, ...texts].join(' ').toLowerCase();
  return words.every((word) => text.includes(word));
}

/** The path of a view with another query; empty parts are left out. */
export function linkTo(path: string, query: Partial<Query>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of [
    ['q', query.text],
    ['component', query.component],
    ['status', query.status],
    ['all', query.all === true ? 'yes' : undefined],
  ] as const) {
    if (value !== undefined && value !== '') {
      parameters.set(name, value);
    }
  }
  const text = parameters.toString();
  return text === '' ? path : `${path}?${text}`;
}

interface FilterParts {
  readonly path: string;
  readonly query: Query;
  readonly components: readonly string[];
  readonly statuses?: readonly (readonly [string, string])[];
  /** How many are shown, of how many. */
  readonly count: string;
}

/** A plain GET form; the script sends it while the reader types. */
export function filterForm({ path, query, components, statuses, count }: FilterParts): Html {
  const present = [...new Set(components)].filter((name) => componentNames.some((one) => one === name));
  return html`<form class="filter" id="filter" method="get" action="${path}" role="search">
<label>Filter <input id="q" name="q" type="search" value="${query.text}" autocomplete="off" spellcheck="false" maxlength="200" placeholder="address, name, word"></label>
${present.length > 1 && select('component', 'Component', [['', 'all'], ...present.map((name) => [name, name] as const)], query.component)}
${statuses !== undefined && select('status', 'Status', statuses, query.status)}
${query.all && html`<input type="hidden" name="all" value="yes">`}
<button type="submit">Show</button><output id="count" for="q">${count}</output></form>`;
}

function select(
  name: string,
  label: string,
  options: readonly (readonly [string, string])[],
  chosen: string | undefined,
): Html {
  const items = options.map(([value, text]) =>
    value === (chosen ?? '')
      ? html`<option value="${value}" selected>${text}</option>`
      : html`<option value="${value}">${text}</option>`,
  );
  return html`<label>${label} <select id="${name}" name="${name}">${items}</select></label>`;
}
