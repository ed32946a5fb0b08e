import { type Threshold, thresholds } from '../../checks/thresholds.js';
import type { Certificate } from '../../credentials/certificate.js';
import { type Html, html } from './html.js';

const day = 86_400_000;
/** The time from the left edge, now, to the right edge. */
const span = 365 * day;
/** Height of a row in the style sheet: a connecting line has to reach the row of the file. */
const rowHeight = 26;
const middle = 10;

export interface Line {
  /** Leaf first. */
  readonly chain: readonly Certificate[];
  /** Where another certificate is on disk: its expiry, and how many rows above this one it is shown. */
  readonly joinedTo: { readonly expiry: Date; readonly rowsAbove: number } | undefined;
}

/** When the first certificate of a chain expires. */
export function firstExpiry(chain: readonly Certificate[]): Date {
  return new Date(Math.min(...chain.map(({ notAfter }) => notAfter.getTime())));
}

/**
 * One row: from now to the first expiry of the chain, the spans of the alerts in their colours, and the expiry of the leaf
 * where that is later. Positions are percentages, so that the picture fits any width without a script.
 */
export function bar({ chain, joinedTo }: Line, now: Date, label: string): Html {
  const expiry = firstExpiry(chain);
  const [leaf] = chain;
  const warning = alertStart(chain, thresholds.warning);
  const critical = alertStart(chain, thresholds.critical);
  const at = (date: Date) => position(date, now);
  const segment = (kind: string, from: Date, to: Date) =>
    at(to) > at(from) &&
    html`<rect class="${kind}" x="${percent(at(from))}" y="6" width="${percent(at(to) - at(from))}" height="8"/>`;
  const later = leaf !== undefined && leaf.notAfter.getTime() > expiry.getTime();
  const beyond = expiry.getTime() > now.getTime() + span;
  return html`<svg class="line" width="100%" height="20" role="img" aria-label="${label}">${
    later && segment('leaf', expiry, leaf.notAfter)
  }${segment('fine', now, warning)}${segment('warning', warning, critical)}${segment('critical', critical, expiry)}${
    joinedTo !== undefined && join(at(expiry), at(joinedTo.expiry), joinedTo.rowsAbove)
  }${threshold(at(warning), warning > now)}${threshold(at(critical), critical > now)}${
    beyond
      ? html`<svg x="100%" overflow="visible"><path class="beyond" d="M-8 5 L-2 10 L-8 15"/></svg>`
      : html`<svg x="${percent(at(expiry))}" overflow="visible"><path class="${expiry <= now ? 'expiry expired' : 'expiry'}" d="M0 4 L6 10 L0 16 L-6 10 Z"/></svg>`
  }</svg>`;
}

/** When an alert of this level begins to fire: the earliest of the chain. */
function alertStart(chain: readonly Certificate[], { seconds, share }: Threshold): Date {
  const starts = chain.map(({ notBefore, notAfter }) => {
    const lifetime = notAfter.getTime() - notBefore.getTime();
    return notAfter.getTime() - Math.min(seconds * 1000, share * lifetime);
  });
  return new Date(Math.min(...starts));
}

function threshold(at: number, ahead: boolean): Html | false {
  return ahead && at < 100 && html`<line class="threshold" x1="${percent(at)}" x2="${percent(at)}" y1="3" y2="17"/>`;
}

function join(from: number, to: number, rowsAbove: number): Html {
  return html`<line class="join" x1="${percent(from)}" x2="${percent(to)}" y1="${middle}" y2="${middle}"/><line class="join" x1="${percent(to)}" x2="${percent(to)}" y1="${middle}" y2="${middle - rowsAbove * rowHeight}"/>`;
}

/** 0 is now, 100 a year from now; dates outside are at the edge. */
function position(date: Date, now: Date): number {
  return Math.min(100, Math.max(0, ((date.getTime() - now.getTime()) / span) * 100));
}

function percent(value: number): string {
  return `${Number(value.toFixed(2))}%`;
}

/** Marks above the rows. */
export function scale(): Html {
  return html`<div class="row scale" aria-hidden="true"><span></span><span class="marks"><i>now</i><i>3 months</i><i>6 months</i><i>9 months</i><i>1 year</i></span><span></span></div>`;
}
