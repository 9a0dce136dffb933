import { Temporal } from 'temporal-polyfill';
import { cronNumbers } from './cron-numbers.js';
import { DAILY } from './days.js';
import { nextDue } from './due.js';
import { expressionsOf, type When } from './when.js';

const YEAR_DAYS = 371;
const WEEK = 7;

/**
 * The times of the day, as minutes since midnight on the machine's own clock, at which a scheduler must wake an entry.
 * They may be more than the entry's own: where the entry has another zone than the machine, all hours that its times can
 * fall on in a year; where the clock is set forward, the hour after the gap, because systemd lets a time that the clock skips
 * pass. An entry that is woken and not due does nothing. `now` in ms since 1970.
 */
export function wakeTimes(when: When, zone: string, machineZone: string, now: number): number[] {
  const everyDay: When = { ...when, expressions: when.expressions.map(onEveryDay) };
  const times = new Set<number>();
  for (const [from, to] of strangeDays([zone, machineZone], now)) {
    for (let at = nextDue(everyDay, zone, from); at !== null && at <= to; at = nextDue(everyDay, zone, at)) {
      const { hour, minute } = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(machineZone);
      times.add(hour * 60 + minute);
    }
  }
  return [...times].sort((a, b) => a - b);
}

/** An entry's own times of the day in its own zone. */
function ownTimes({ expressions }: When): number[] {
  const times = expressions.flatMap((expression) => {
    const { minutes, hours } = cronNumbers(expression);
    return hours.flatMap((hour) => minutes.map((minute) => hour * 60 + minute));
  });
  return [...new Set(times)].sort((a, b) => a - b);
}

/**
 * The lines of a crontab for an entry: its own expressions where they say it all, on the days that they name; else the
 * times of the day at which it must be woken.
 */
export function cronTimes(when: When, zone: string, machineZone: string, now: number): string[] {
  const wakes = wakeTimes(when, zone, machineZone, now);
  if (zone !== machineZone) return expressionsOf(wakes, DAILY);
  const own = ownTimes(when);
  const extra = wakes.filter((time) => !own.includes(time));
  return [...when.expressions.map(plainNumbers), ...expressionsOf(extra, DAILY)];
}

const NAMES = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const MONTHS = ['', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** Debian's cron takes no names in lists, and joins the two day fields by "and" where one begins with a star. */
function plainNumbers(expression: string): string {
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = expression.split(' ');
  const numbered = (field: string, names: readonly string[]) =>
    field.replace(/[a-z]{3}/g, (name) => String(names.indexOf(name)));
  const unstarred = (field: string, range: string) => field.replace(/^\*(?=\/)/, range);
  return [
    minute,
    hour,
    unstarred(day, '1-31'),
    numbered(month, MONTHS),
    unstarred(numbered(weekday, NAMES), '0-6'),
  ].join(' ');
}

function onEveryDay(expression: string): string {
  const [minute = '', hour = ''] = expression.split(' ');
  return `${minute} ${hour} * * *`;
}

/** Spans (ms since 1970) that show all that the zones do in a year: today, and the days around each change of an offset. */
function strangeDays(zones: readonly string[], now: number): [from: number, to: number][] {
  const today = Temporal.Instant.fromEpochMilliseconds(now).round({
    smallestUnit: 'hour',
    roundingMode: 'floor',
  });
  const day = (n: number) => today.add({ hours: 24 * n });
  const offset = (n: number) =>
    [...new Set(zones)].map((zone) => day(n).toZonedDateTimeISO(zone).offset).join();
  const changes: number[] = [];
  // No zone sets its clock forward and back within a week.
  for (let n = 0; n < YEAR_DAYS; n += WEEK) {
    if (offset(n) === offset(n + WEEK)) continue;
    const days = Array.from({ length: WEEK }, (_, i) => n + i + 1);
    changes.push(...days.filter((one) => offset(one) !== offset(one - 1)));
  }
  return [0, ...changes].map((n) => [day(n - 1).epochMilliseconds - 1, day(n + 1).epochMilliseconds]);
}
