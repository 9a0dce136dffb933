import { localText, parseLocalTime, unixSeconds } from './local-time.js';
import type { BakFile } from './order.js';

/** From when on an old system's work is looked at, in ms since 1970 (null = from its first day), and its zone. */
export interface WatchSpan {
  readonly since: number | null;
  readonly zone: string;
}

/** Whether the last of the marks that these rows have was set before the watch began. */
export function isHistory(rows: readonly BakFile[], { since, zone }: WatchSpan): boolean {
  const marks = rows.flatMap((row) => [row.bakTime, row.unlinkTime]);
  const times = marks.map((mark) => momentOf(mark, zone)).filter((at) => at !== null);
  return since !== null && times.length > 0 && Math.max(...times) < since;
}

/** When a mark was set, on the shop's clock, with a space before it; '' when it does not say. */
export function markText(mark: string | null, zone: string): string {
  const at = momentOf(mark, zone);
  return at === null ? '' : ` ${localText(at, zone)}`;
}

/** When a mark was set, in ms since 1970: it is a local time, or seconds since 1970; null when it does not say. */
export function momentOf(mark: string | null, zone: string): number | null {
  // Smaller numbers are flags.
  if (mark !== null && /^\d{9,10}$/.test(mark)) return Number(mark) * 1000;
  const local = parseLocalTime(mark);
  return local && unixSeconds(local, zone) * 1000;
}
