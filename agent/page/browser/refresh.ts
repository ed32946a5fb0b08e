/** Milliseconds between two looks while the window is seen. */
const interval = 10_000;
/** Milliseconds without a key after which a filter is asked for. */
const typingPause = 150;

/** `2026-11-25 09:00:00 GMT+1`, as the reader's clock says it. */
const clock = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium' });
const zone = new Intl.DateTimeFormat(undefined, { timeZoneName: 'short' });

function zoneOf(date: Date): string {
  return zone.formatToParts(date).find(({ type }) => type === 'timeZoneName')?.value ?? '';
}

/** What the server cannot know or what needs a script: the reader's zone, buttons that copy. */
function enhance(root: ParentNode): void {
  for (const time of root.querySelectorAll<HTMLTimeElement>('time.at')) {
    const date = new Date(time.dateTime);
    time.textContent = `${clock.format(date)} ${zoneOf(date)}`;
  }
  for (const button of root.querySelectorAll<HTMLButtonElement>('button.copy')) {
    button.hidden = false;
  }
}

/** Makes one tree like another and keeps every node that can stay: focus, scroll and what is unfolded live in them. */
function morph(from: Element, to: Element): void {
  if (from.isEqualNode(to)) {
    return;
  }
  // The reader folds and unfolds; only what the server now wants otherwise than before is folded for them.
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

/** Attributes that the reader sets by hand. */
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
  let place: ChildNode | null = from.firstChild;
  for (const wanted of [...to.childNodes]) {
    const kept = matching(from, place, wanted);
    if (kept === undefined) {
      from.insertBefore(wanted, place);
      continue;
    }
    // A node that is moved loses the focus: what is in its way goes instead.
    while (place !== null && place !== kept && !(place instanceof Element && place.id !== '')) {
      const next: ChildNode | null = place.nextSibling;
      place.remove();
      place = next;
    }
    if (kept === place) {
      place = place.nextSibling;
    } else {
      from.insertBefore(kept, place);
    }
    if (kept instanceof Element && wanted instanceof Element) {
      morph(kept, wanted);
    } else if (kept.nodeValue !== wanted.nodeValue) {
      kept.nodeValue = wanted.nodeValue;
    }
  }
  while (place !== null) {
    const next: ChildNode | null = place.nextSibling;
    place.remove();
    place = next;
  }
}

/** The child that is the same thing: by id where there is one, else by kind at the same place. */
function matching(from: Element, place: ChildNode | null, wanted: ChildNode): ChildNode | undefined {
  const id = wanted instanceof Element ? wanted.id : '';
  if (id !== '') {
    return [...from.children].find((child) => child.id === id && child.nodeName === wanted.nodeName);
  }
  const fits = place !== null && place.nodeName === wanted.nodeName && !(place instanceof Element && place.id !== '');
  return fits && place !== null ? place : undefined;
}

let asked = 0;

/** Fetches this very URL and takes over what changed; a later question beats an earlier answer. */
async function refresh(): Promise<void> {
  const mine = ++asked;
  try {
    // A name and password in the address bar are not for fetch, which refuses such an address.
    const { origin, pathname, search } = location;
    const response = await fetch(origin + pathname + search, { headers: { accept: 'text/html' } });
    if (!response.ok) {
      throw new Error(`HTTP ${response.status}`);
    }
    const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
    if (mine !== asked) {
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
    if (mine === asked) {
      document.documentElement.classList.add('stale');
      const note = document.getElementById('as-of');
      if (note !== null) {
        note.title = `not refreshed: ${error instanceof Error ? error.message : String(error)}`;
      }
    }
  }
}

let typing: ReturnType<typeof setTimeout> | undefined;

/** The URL of what the form says; fields left empty are left out. */
function askFor(form: HTMLFormElement): void {
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
    typing = setTimeout(() => askFor(form), typingPause);
  }
});

document.addEventListener('submit', (event) => {
  if (event.target instanceof HTMLFormElement && event.target.matches('form.filter')) {
    event.preventDefault();
    askFor(event.target);
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

/** Selects the line, and puts it on the clipboard where the browser lets a page do that. */
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
