import { Temporal } from 'temporal-polyfill';
import type { CalendarAge } from './duration.js';

const LOCAL_TIME = /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?$/;

/** Whether a name is a time zone of the IANA database that this Node knows. */
export function isTimeZone(zone: string): boolean {
  try {
    Temporal.Now.zonedDateTimeISO(zone);
    return true;
  } catch {
    return false;
  }
}

/** A date and time as the shop's clock shows it. `wallSeconds` are seconds since 1970 as if that clock ran in UTC: two can be compared by them. */
export interface LocalTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly wallSeconds: number;
}

/**
 * The date and time that a shop's text names: `2026-05-31`, `2026-05-31 14:03:59`. A date alone is its midnight.
 * Null for anything else, `0000-00-00` and 31 February included. Plain arithmetic instead of Temporal, because every order needs it.
 */
export function parseLocalTime(text: string | null): LocalTime | null {
  const match = LOCAL_TIME.exec(text ?? '');
  if (match === null) return null;
  const number = (group: number) => Number(match[group] ?? 0);
  const [year, month, day] = [number(1), number(2), number(3)];
  const [hour, minute, second] = [number(4), number(5), number(6)];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  // A day that does not exist has rolled over into the next month.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  if (hour > 23 || minute > 59 || second > 59) return null;
  return { year, month, day, wallSeconds: date.getTime() / 1000 + hour * 3600 + minute * 60 + second };
}

/**
 * Seconds since 1970 of a shop's local time. A time that its zone skipped or had twice is read as PHP reads it:
 * the earlier of two, and moved on by the gap.
 */
export function unixSeconds(local: LocalTime, zone: string): number {
  const offset = offsetOfDay(Math.floor(local.wallSeconds / DAY), zone);
  return offset === null ? zonedSeconds(local.wallSeconds, zone) : local.wallSeconds - offset;
}

const DAY = 86_400;
/** By zone and day. Thirty years are some ten thousand days. */
const offsets = new Map<string, number | null>();
const MOST_OFFSETS = 50_000;

/** A zone's offset from UTC during a day (days since 1970), in seconds; null on a day on which its clock is changed. */
function offsetOfDay(day: number, zone: string): number | null {
  const key = `${zone} ${day}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  if (offsets.size >= MOST_OFFSETS) offsets.clear();
  const [begin, end] = [day, day + 1].map((midnight) => midnight * DAY - zonedSeconds(midnight * DAY, zone));
  const offset = begin === undefined || begin !== end ? null : begin;
  offsets.set(key, offset);
  return offset;
}

function zonedSeconds(wallSeconds: number, zone: string): number {
  const wall = Temporal.Instant.fromEpochMilliseconds(wallSeconds * 1000).toZonedDateTimeISO('UTC');
  const at = wall.toPlainDateTime().toZonedDateTime(zone, { disambiguation: 'compatible' });
  return Math.floor(at.epochMilliseconds / 1000);
}

/**
 * The dates under which the shop may have written a second: its own, and the date of a time that the zone's clock had
 * skipped shortly before and that is therefore read as this second.
 */
export function localDays(unixSeconds: number, zone: string): string[] {
  const offset = isUsual(unixSeconds) ? steadyOffset(Math.floor(unixSeconds / DAY), zone) : null;
  if (offset !== null) return [new Date((unixSeconds + offset) * 1000).toISOString().slice(0, 10)];
  const at = instantOf(unixSeconds * 1000);
  if (at === null) return [];
  const today = at.toZonedDateTimeISO(zone).toPlainDate();
  const asBefore = at.subtract({ hours: 24 }).toZonedDateTimeISO(zone).toPlainDateTime().add({ hours: 24 });
  return [...new Set([today, asBefore.toPlainDate()].map(String))];
}

/** The years 1971 to 9998. */
function isUsual(unixSeconds: number): boolean {
  return unixSeconds >= 365 * DAY && unixSeconds < 2_932_000 * DAY;
}

/** A zone's offset from UTC around a day (days since 1970), in seconds; null where its clock is changed within two days. */
function steadyOffset(day: number, zone: string): number | null {
  const offset = offsetOfDay(day, zone);
  return [-2, -1, 1, 2].every((days) => offsetOfDay(day + days, zone) === offset) ? offset : null;
}

/** The date after a date. */
export function dayAfter(day: string): string {
  return Temporal.PlainDate.from(day).add({ days: 1 }).toString();
}

/** `2026-05-31 14:03:59`, the shop's clock at an instant (ms since 1970). */
export function localText(epochMs: number, zone: string): string {
  return plainText(zoned(epochMs, zone).toPlainDateTime());
}

/** `2026-05-31 14:03`, the same without its seconds. */
export function localMinute(epochMs: number, zone: string): string {
  return localText(epochMs, zone).slice(0, 16);
}

/** `2026-05-31`, the day of the shop's calendar at an instant (ms since 1970). */
export function localDay(epochMs: number, zone: string): string {
  return localText(epochMs, zone).slice(0, 10);
}

/** A zone's offset from UTC at an instant (ms since 1970), in seconds. */
export function offsetAt(epochMs: number, zone: string): number {
  return zoned(epochMs, zone).offsetNanoseconds / 1e9;
}

/** The shop's local time that lies a calendar age before an instant: 31 May less 3 months is 28 or 29 February. */
export function localTextBefore(epochMs: number, age: CalendarAge, zone: string): string {
  return plainText(zoned(epochMs, zone).toPlainDateTime().subtract({ months: age.months, days: age.days }));
}

function zoned(epochMs: number, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(epochMs)).toZonedDateTimeISO(zone);
}

/** Null for a number beyond the calendar. */
function instantOf(epochMs: number): Temporal.Instant | null {
  return Math.abs(epochMs) < 8.6e15 ? Temporal.Instant.fromEpochMilliseconds(epochMs) : null;
}

function plainText(at: Temporal.PlainDateTime): string {
  return at.toString({ smallestUnit: 'second' }).replace('T', ' ');
}
