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

/**
 * The date and time that a shop's text names: `2026-05-31`, `2026-05-31 14:03:59`. A date alone is its midnight.
 * Null for anything else, `0000-00-00` and 31 February included.
 */
export function parseLocalTime(text: string | null): Temporal.PlainDateTime | null {
  const match = LOCAL_TIME.exec(text ?? '');
  if (match === null) return null;
  const [year, month, day, hour, minute, second] = match.slice(1).map((part) => Number(part ?? 0));
  try {
    return Temporal.PlainDateTime.from(
      {
        year: year ?? 0,
        month: month ?? 0,
        day: day ?? 0,
        hour: hour ?? 0,
        minute: minute ?? 0,
        second: second ?? 0,
      },
      { overflow: 'reject' },
    );
  } catch {
    return null;
  }
}

/**
 * Seconds since 1970 of a shop's local time. A time that its zone skipped or had twice is read as PHP reads it:
 * the earlier of two, and moved on by the gap.
 */
export function unixSeconds(local: Temporal.PlainDateTime, zone: string): number {
  return Math.floor(local.toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds / 1000);
}

/**
 * The dates under which the shop may have written a second: its own, and the date of a time that the zone's clock had
 * skipped shortly before and that is therefore read as this second.
 */
export function localDays(unixSeconds: number, zone: string): string[] {
  const at = instantOf(unixSeconds * 1000);
  if (at === null) return [];
  const today = at.toZonedDateTimeISO(zone).toPlainDate();
  const asBefore = at.subtract({ hours: 24 }).toZonedDateTimeISO(zone).toPlainDateTime().add({ hours: 24 });
  return [...new Set([today, asBefore.toPlainDate()].map(String))];
}

/** The date after a date. */
export function dayAfter(day: string): string {
  return Temporal.PlainDate.from(day).add({ days: 1 }).toString();
}

/** `2026-05-31 14:03:59`, the shop's clock at an instant (ms since 1970). */
export function localText(epochMs: number, zone: string): string {
  const at = Temporal.Instant.fromEpochMilliseconds(Math.floor(epochMs)).toZonedDateTimeISO(zone);
  return plainText(at.toPlainDateTime());
}

/** The shop's local time that lies a calendar age before an instant: 31 May less 3 months is 28 or 29 February. */
export function localTextBefore(epochMs: number, age: CalendarAge, zone: string): string {
  const now = Temporal.Instant.fromEpochMilliseconds(Math.floor(epochMs)).toZonedDateTimeISO(zone);
  return plainText(now.toPlainDateTime().subtract({ months: age.months, days: age.days }));
}

/** Null for a number beyond the calendar. */
function instantOf(epochMs: number): Temporal.Instant | null {
  return Math.abs(epochMs) < 8.6e15 ? Temporal.Instant.fromEpochMilliseconds(epochMs) : null;
}

function plainText(at: Temporal.PlainDateTime): string {
  return at.toString({ smallestUnit: 'second' }).replace('T', ' ');
}
