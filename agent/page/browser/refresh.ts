/** Milliseconds between two refreshes while the window is visible. */
const interval = 10_000;
/** Milliseconds without a key after which a filter is applied. */
const typingPause = 150;

/** `2026-11-25 09:00:00`, in the reader's time zone. */
const clock = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium' });
const zone = new Intl.DateTimeFormat(undefined, { timeZoneName: 'short' });

function zoneOf(date: Date): string {
  return zone.formatToParts(date).find(({ type }) => type === 'timeZoneName')?.value ?? '';
}

/** What needs a script: times in the reader's time zone, and buttons that copy. */
function enhance(root: ParentNode): void {
  for (const time of root.querySelectorAll<HTMLTimeElement>('time.at')) {
    const date = new Date(time.dateTime);
    time.textContent = `${clock.format(date)} ${zoneOf(date)}`;
  }
  for (const button of root.querySelectorAll<HTMLButtonElement>('button.copy')) {
    button.hidden = false;
  }
}

/** Makes `from` equal to `to` and keeps every node that can stay, since nodes hold focus, scroll position and what is unfolded. */
function morph(from: Element, to: Element): void {
  if (from.isEqualNode(to)) {
    return;
  }
  // The reader folds and unfolds; the server does only where its default for an element changed.
  if (from.getAttribute('data-open') !== to.getAttribute('data-open')) {
    from.toggleAttribute('open', to.hasAttribute('open'));
  }
  for (const { name, value } of to.attributes) {
    if (from.getAttribute(name) !== value && !isReaders(from, name)) {
      from.setAttribute(name, value);
    }
  }
  for (const { name } of [...from.attributes]) {
    if (!to.hasAttribute(name) && !isReaders(from, name)) {
      from.removeAttribute(name);
    }
  }
  morphChildren(from, to);
}

/** Whether the reader changes this attribute by using the page. */
function isReaders(element: Element, name: string): boolean {
  return name === 'open' || name === 'value' || (element.localName === 'option' && name === 'selected');
}

function morphChildren(from: Element, to: Element): void {
  const wantedIds = new Set([...to.children].map(({ id }) => id));
  for (const child of [...from.children]) {
    if (child.id !== '' && !wantedIds.has(child.id)) {
      child.remove();
    }
  }
  let next: ChildNode | null = from.firstChild;
  for (const wanted of [...to.childNodes]) {
    const kept = matching(from, next, wanted);
    if (kept === undefined) {
      from.insertBefore(wanted, next);
      continue;
    }
    // A node that is moved loses the focus: the nodes before it are removed instead.
    while (next !== null && next !== kept && !(next instanceof Element && next.id !== '')) {
      next = removed(next);
    }
    if (kept === next) {
      next = next.nextSibling;
    } else {
      from.insertBefore(kept, next);
    }
    if (kept instanceof Element && wanted instanceof Element) {
      morph(kept, wanted);
    } else if (kept.nodeValue !== wanted.nodeValue) {
      kept.nodeValue = wanted.nodeValue;
    }
  }
  while (next !== null) {
    next = removed(next);
  }
}

/** Removes a node, and returns the one that was behind it. */
function removed(node: ChildNode): ChildNode | null {
  const next = node.nextSibling;
  node.remove();
  return next;
}

/** The child to keep for `wanted`: the one with its id, or without an id the next one where it is of the same kind. */
function matching(from: Element, next: ChildNode | null, wanted: ChildNode): ChildNode | undefined {
  const id = wanted instanceof Element ? wanted.id : '';
  if (id !== '') {
    return [...from.children].find((child) => child.id === id && child.nodeName === wanted.nodeName);
  }
  const fits = next !== null && next.nodeName === wanted.nodeName && !(next instanceof Element && next.id !== '');
  return fits && next !== null ? next : undefined;
}

let requests = 0;

/** Fetches the URL of the page and applies what changed; the response to an outdated request is ignored. */
async function refresh(): Promise<void> {
  const request = ++requests;
  try {
    // Without user and password of the address bar: fetch rejects a URL with them.
    const { origin, pathname, search } = location;
    const response = await fetch(origin + pathname + search, { headers: { accept: 'text/html' } });
    if (!response.ok) {
      throw new Error(`HTTP ${response.status}`);
    }
    const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
    if (request !== requests) {
      return;
    }
    enhance(fresh);
    document.title = fresh.title;
    for (const part of ['header', 'main', 'footer']) {
      const [old, next] = [document.querySelector(part), fresh.querySelector(part)];
      if (old !== null && next !== null) {
        morph(old, next);
      }
    }
    document.documentElement.classList.remove('stale');
  } catch (error: unknown) {
    if (request === requests) {
      document.documentElement.classList.add('stale');
      const note = document.getElementById('as-of');
      if (note !== null) {
        note.title = `not refreshed: ${error instanceof Error ? error.message : String(error)}`;
      }
    }
  }
}

let typing: ReturnType<typeof setTimeout> | undefined;

/** Sets the URL to the filter of the form, without empty fields, and refreshes. */
function applyFilter(form: HTMLFormElement): void {
  const fields = [...new FormData(form)].map(([name, value]) => [name, String(value)] as const);
  const query = new URLSearchParams(fields.filter(([, value]) => value !== '').map(([name, value]) => [name, value]));
  const text = query.toString();
  history.replaceState(null, '', text === '' ? location.pathname : `${location.pathname}?${text}`);
  void refresh();
}

document.addEventListener('input', ({ target }) => {
  const form = target instanceof Element ? target.closest<HTMLFormElement>('form.filter') : null;
  if (form !== null) {
    clearTimeout(typing);
    typing = setTimeout(() => applyFilter(form), typingPause);
  }
});

document.addEventListener('submit', (event) => {
  if (event.target instanceof HTMLFormElement && event.target.matches('form.filter')) {
    event.preventDefault();
    applyFilter(event.target);
  }
});

document.addEventListener('click', ({ target }) => {
  const button = target instanceof Element ? target.closest<HTMLButtonElement>('button.copy') : null;
  const source = document.getElementById(button?.dataset.copies ?? '');
  if (button !== null && source !== null) {
    copy(source).then(
      (done) => {
        button.textContent = done ? 'Copied' : 'Selected';
        setTimeout(() => {
          button.textContent = 'Copy';
        }, 2_000);
      },
      () => {
        button.textContent = 'Select it';
      },
    );
  }
});

/** Selects the command, and copies it where the browser permits that; resolves to whether it was copied. */
async function copy(source: HTMLElement): Promise<boolean> {
  getSelection()?.selectAllChildren(source);
  if (navigator.clipboard === undefined) {
    return false;
  }
  await navigator.clipboard.writeText(source.textContent ?? '');
  return true;
}

document.addEventListener('visibilitychange', () => {
  if (!document.hidden) {
    void refresh();
  }
});

setInterval(() => {
  if (!document.hidden) {
    void refresh();
  }
}, interval);

enhance(document);
