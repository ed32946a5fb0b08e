import { durationText } from '../../checks/duration-text.js';
import type { Finding, Status } from '../../checks/finding.js';
import { type Html, html, type Value } from './html.js';

/** The content of a view for one request; `undefined` in its place is 404. */
export interface Page {
  readonly title: string;
  readonly body: Html;
}

const marks: Readonly<Record<Status, readonly [string, string]>> = {
  fail: ['✗', 'failed'],
  warn: ['!', 'warning'],
  unknown: ['~', 'inconclusive'],
  accepted: ['=', 'accepted'],
  pass: ['✓', 'passed'],
};

/** A status by shape, colour and word. */
export function badge(status: Status, word: Value = marks[status][1]): Html {
  return html`<span class="badge ${status}"><span aria-hidden="true">${marks[status][0]}</span> ${word}</span>`;
}

/** The shape alone, with its word for screen readers. */
export function dot(status: Status): Html {
  return html`<span class="dot ${status}"><span aria-hidden="true">${marks[status][0]}</span><span class="unseen">${marks[status][1]}</span></span>`;
}

/** A time in UTC; the script changes it to the reader's time zone, with UTC on hover. */
export function timestamp(date: Date): Html {
  return html`<time class="at" datetime="${date.toISOString()}" title="${utc(date)}">${utc(date)}</time>`;
}

/** `2026-11-25 08:00:00 UTC`. */
export function utc(date: Date): string {
  return `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** `3 minutes ago`, `in 9 days`, with the time on hover. */
export function relative(date: Date, now: Date): Html {
  const span = durationText(date.getTime() - now.getTime());
  const words = date > now ? `in ${span}` : `${span} ago`;
  return html`<time datetime="${date.toISOString()}" title="${utc(date)}">${words}</time>`;
}

/** A sentence in which each ISO 8601 time is a `timestamp`. */
export function sentence(text: string): Html {
  const parts = text.split(/(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/);
  return html`${parts.map((part, index) => {
    const date = new Date(part);
    return index % 2 === 1 && !Number.isNaN(date.getTime()) ? timestamp(date) : part;
  })}`;
}

/** `for 9 days`. */
export function duration(since: Date, now: Date): Html {
  return html`<time datetime="${since.toISOString()}" title="since ${utc(since)}">for ${durationText(now.getTime() - since.getTime())}</time>`;
}

/** The path of an instance's page. */
export function instancePath(component: string, name: string): string {
  return `/instances/${encodeURIComponent(component)}/${encodeURIComponent(name)}`;
}

/** The path of a port's page. */
export function endpointPath(component: string, name: string, endpoint: string): string {
  return `${instancePath(component, name)}/${encodeURIComponent(endpoint)}`;
}

/** `tikv 10.0.1.2:20180 grpc as wrong-name`, each part a link to its page. */
export function locationLinks({ component, instance, endpoint, identity }: Location): Html {
  if (component === 'agent') {
    return html`<span class="location"><b>agent</b></span>`;
  }
  return html`<span class="location"><b>${component}</b> <a href="${instancePath(component, instance)}">${instance}</a>${
    endpoint !== undefined && html` <a href="${endpointPath(component, instance, endpoint)}">${endpoint}</a>`
  }${identity !== undefined && identity !== 'agent' && html` as ${identity}`}</span>`;
}

type Location = Pick<Finding, 'component' | 'instance' | 'endpoint' | 'identity'>;

/** The first and last digits of a fingerprint, with all of it on hover. */
export function fingerprint(value: string | undefined): Html {
  return value === undefined
    ? html`<span class="quiet">none</span>`
    : html`<code title="SHA-256 ${value}">${value.slice(0, 8)}…${value.slice(-4)}</code>`;
}

/** A table; narrow windows repeat the head of each column in its cells. */
export function table(caption: string, heads: readonly string[], rows: readonly (readonly Value[])[]): Html {
  const body = rows.map(
    (cells) => html`<tr>${cells.map((cell, index) => html`<td data-head="${heads[index] ?? ''}">${cell}</td>`)}</tr>
`,
  );
  return html`<div class="table"><table><caption>${caption}</caption><thead><tr>${heads.map(
    (head) => html`<th scope="col">${head}</th>`,
  )}</tr></thead><tbody>${body}</tbody></table></div>`;
}

/** Names and values. */
export function facts(pairs: readonly (readonly [string, Value])[]): Html {
  return html`<dl class="facts">${pairs.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

const ranks: readonly Status[] = ['fail', 'warn', 'unknown', 'pass'];

/** The worst status of some findings; `pass` when there are none. */
export function worstOf(findings: readonly Finding[]): Status {
  return ranks.find((rank) => findings.some(({ status }) => status === rank)) ?? 'pass';
}
