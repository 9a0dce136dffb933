import type { FileType } from './file-type.js';

/** How much the shop's database names in finished orders: what a look for trash stands on. */
export type Census = Readonly<Record<'orders' | FileType, number>>;

/** What the shop's database may lose from one run to the next without a word, percent: orders are reopened, or deleted. */
const MOST_LOST = 10;
/** Of fewer than so many, only the loss of all of them says something. */
const FEW = 20;
/** Fewer than so many may all be gone for a reason of their own. */
const HARDLY_ANY = 3;

/** The sum of no orders at all. */
export const EMPTY_CENSUS: Census = { orders: 0, main: 0, ref: 0, complete: 0, rework: 0, discuss: 0 };
const KINDS = Object.keys(EMPTY_CENSUS) as (keyof Census)[];

/** The census of both together. */
export function addCensus(census: Census, more: Census): Census {
  const sum: Record<keyof Census, number> = { ...census };
  for (const kind of KINDS) sum[kind] += more[kind];
  return sum;
}

/**
 * Why today's census is no ground for removals, in words, compared with that of an earlier run; null when it is one.
 * A table that was truncated, a grant that was lost or an import that is half done makes known files look like trash.
 */
export function whyAlarming(before: Census, now: Census): string | null {
  for (const kind of KINDS) {
    const [was, is] = [before[kind], now[kind]];
    const shrunk = was >= FEW && is * 100 < was * (100 - MOST_LOST);
    if (!shrunk && !(was >= HARDLY_ANY && is === 0)) continue;
    const what = kind === 'orders' ? 'finished orders' : `files of type ${kind}`;
    return `the database knows ${is} ${what}; at an earlier run there were ${was}`;
  }
  return null;
}
