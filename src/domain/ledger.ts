import type { FileType } from './file-type.js';
import { dayAfter, localDay, parseLocalTime, unixSeconds } from './local-time.js';
import type { RunRecord, RunStatus } from './run.js';

/** The orders that were created in one month, and what became of their files. Sizes in bytes. */
export interface MonthLine {
  /** `2026-10`; null for orders whose time of creation nobody knows. */
  readonly month: string | null;
  readonly orders: number;
  readonly files: Readonly<Record<FileType, number>>;
  readonly backedUp: number;
  readonly unlinked: number;
  readonly missing: number;
  /** Of the files whose size is known. */
  readonly bytes: number;
  readonly freed: number;
  /** Files that failed at least once. */
  readonly failures: number;
}

/** What one step did in one night: all of its runs that began on that day of the shop's calendar. */
export interface NightLine {
  readonly night: string;
  readonly step: string;
  readonly runs: number;
  readonly done: number;
  readonly skipped: number;
  readonly held: number;
  readonly failed: number;
  readonly bytes: number;
  /** How the last of the runs stands or ended. */
  readonly status: RunStatus;
}

/** The sums of all runs that a step began in one night; `night` is its place among the nights, `last` the id of its last run. */
export interface NightSum extends Omit<NightLine, 'night' | 'held' | 'status'> {
  readonly night: number;
  readonly last: number;
}

/** The lines of these sums, in their order. `lasts` are the last runs, of which only those that are still known tell. */
export function nightLines(
  sums: readonly NightSum[],
  lasts: readonly RunRecord[],
  nights: readonly Night[],
): NightLine[] {
  const byId = new Map(lasts.map((run) => [run.id, run]));
  return sums.flatMap(({ last, step, runs, done, skipped, failed, bytes, ...sum }) => {
    const [night, run] = [nights[sum.night]?.day, byId.get(last)];
    if (night === undefined || run === undefined) return [];
    // What is held back is held back again each time.
    const { held } = run.counts;
    return [{ night, step, runs, done, skipped, held, failed, bytes, status: run.status }];
  });
}

/** Some days of the shop's calendar, the last one not included; also in ms since 1970. */
export interface Span {
  readonly fromDay: string;
  readonly toDay: string;
  readonly from: number;
  readonly to: number;
}

const NIGHTS = 31;
const DAY_MS = 86_400_000;

/** The days of a month such as `2026-10`; for null, the last 31 up to `now` (ms since 1970). */
export function spanOf(month: string | null, now: number, zone: string): Span {
  const [fromDay, toDay] =
    month === null
      ? [localDay(now - (NIGHTS - 1) * DAY_MS, zone), dayAfter(localDay(now, zone))]
      : [`${month}-01`, `${monthAfter(month)}-01`];
  return { fromDay, toDay, from: midnight(fromDay, zone), to: midnight(toDay, zone) };
}

/** A day of the shop's calendar, and when it is over (ms since 1970). */
export interface Night {
  readonly day: string;
  readonly to: number;
}

/** The days of a span, one by one. */
export function nightsOf({ fromDay, toDay }: Span, zone: string): Night[] {
  const nights: Night[] = [];
  for (let day = fromDay; day < toDay; ) {
    const next = dayAfter(day);
    nights.push({ day, to: midnight(next, zone) });
    day = next;
  }
  return nights;
}

/** Whether a text names a month, such as `2026-10`, of a year from 1000 to 2999. */
export function isMonth(text: string): boolean {
  return /^[12]\d{3}-(0[1-9]|1[0-2])$/.test(text);
}

function monthAfter(month: string): string {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`;
}

function midnight(day: string, zone: string): number {
  const local = parseLocalTime(day);
  if (local === null) throw new Error(`${day} is no day`);
  return unixSeconds(local, zone) * 1000;
}
