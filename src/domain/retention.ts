import type { CalendarAge } from './duration.js';
import { type LocalTime, localTextBefore, parseLocalTime } from './local-time.js';
import type { FolderFacts, Order } from './order.js';

/** Which orders are old enough to leave the server. `cutoff` is the shop's local time, computed once a run. */
export interface Retention {
  readonly statuses: readonly string[];
  readonly cutoff: string;
}

/** The rule for this moment: `now` in ms since 1970, the age counted back on the shop's calendar. */
export function retentionAt(
  now: number,
  statuses: readonly string[],
  age: CalendarAge,
  zone: string,
): Retention {
  return { statuses, cutoff: localTextBefore(now, age, zone) };
}

/** Why an order's files must stay, in words; null when the order is finished and older than the limit. */
export function whyKept(order: Order, retention: Retention): string | null {
  if (order.isForgotten) return `the shop no longer knows order ${order.id}`;
  if (order.isAmongThumbs) return `order ${order.id} has its folder among the thumbs of this one`;
  if (order.isMisspelt) return `the view orderbak_order spells this folder otherwise for order ${order.id}`;
  if (order.isTwin)
    return `the folder of order ${order.id} differs from this one only by case or Unicode form, and the disk takes both for one`;
  if (order.isGivenTwice) return `the view orderbak_order gives order ${order.id} twice, and not the same`;
  if (order.status === null || !retention.statuses.includes(order.status)) {
    return `order ${order.id} is not finished (status ${order.status ?? 'unknown'})`;
  }
  const done = parseLocalTime(order.doneTime);
  const cutoff = cutoffOf(retention);
  if (done === null || cutoff === null) {
    return `order ${order.id} has no readable time of completion (${order.doneTime ?? 'none'})`;
  }
  if (done.year < 1970 || done.wallSeconds >= cutoff.wallSeconds) {
    return `order ${order.id} was finished at ${order.doneTime}, after the limit ${retention.cutoff}`;
  }
  return null;
}

/**
 * Whether an order was finished once more after one of its files was removed. Times are text in the shop's zone, which sorts as
 * they follow each other; a day without a time counts as its beginning. `closedBeforeFinish` asks the database the same.
 */
export function wasFinishedSince({ doneTime }: Pick<Order, 'doneTime'>, unlinkTime: string): boolean {
  return doneTime !== null && doneTime > unlinkTime;
}

/** Why a folder is not understood, in words; null when all of its lists and records can be read, and no order belongs to it only by a doubtful name. */
export function whyUnclear(
  { orders, unreadable }: Pick<FolderFacts, 'orders' | 'unreadable'>,
  retention: Retention,
): string | null {
  const [order] = unreadable;
  if (order !== undefined) return `order ${order} has a list or a record that cannot be read`;
  const stranger = orders.find(
    ({ isAmongThumbs, isMisspelt, isTwin }) => isAmongThumbs || isMisspelt || isTwin,
  );
  return stranger === undefined ? null : whyKept(stranger, retention);
}

/** Why nothing that nobody names may leave a folder, in words: it is not understood, or one of its orders must stay. */
export function whyFolderKept(
  facts: Pick<FolderFacts, 'orders' | 'unreadable'>,
  retention: Retention,
): string | null {
  const unclear = whyUnclear(facts, retention);
  if (unclear !== null) return unclear;
  for (const order of facts.orders) {
    const reason = whyKept(order, retention);
    if (reason !== null) return reason;
  }
  return null;
}

const cutoffs = new WeakMap<Retention, LocalTime | null>();

/** Parsed once a run, because every order is compared with it. */
function cutoffOf(retention: Retention): LocalTime | null {
  const known = cutoffs.get(retention);
  if (known !== undefined) return known;
  const cutoff = parseLocalTime(retention.cutoff);
  cutoffs.set(retention, cutoff);
  return cutoff;
}
