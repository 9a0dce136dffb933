import { Cron, type CronOptions } from 'croner';
import type { When } from './when.js';

/**
 * A time that the zone's clock skips is due when the clock has jumped, and one that it shows twice is due the first time:
 * every night has each of its times once.
 */
function cron(expression: string, zone: string): Cron {
  const options: CronOptions = { timezone: zone, mode: '5-part', fixedTimeRule: 'no-wildcard' };
  return new Cron(expression, options);
}

/** The last time (ms since 1970) not after `at` at which it was due; null when it never was. */
export function lastDue({ expressions }: When, zone: string, at: number): number | null {
  const times = expressions.map((expression) => cron(expression, zone).previousRuns(1, new Date(at + 1))[0]);
  return extreme(times, Math.max);
}

/** The first time (ms since 1970) after `at` at which it is due; null when it never will be (30 February). */
export function nextDue({ expressions }: When, zone: string, at: number): number | null {
  return extreme(
    expressions.map((expression) => cron(expression, zone).nextRun(new Date(at))),
    Math.min,
  );
}

/** What an entry's history knows of the last time that somebody began. */
export interface LastBegun {
  /** The due time for which it was begun, ms since 1970. */
  readonly due: number;
  /** The process that began is gone, and did not say how it ended. */
  readonly died: boolean;
}

/** How late an entry without any history may be, ms: what was due longer ago was due before there was a schedule. */
const NEW_ENTRY = 3_600_000;

/**
 * The due time that is to be run now, if there is one: the last one, when nobody began it yet or whoever did has died.
 * Of several that were missed only the last is run. Times in ms since 1970.
 */
export function whatIsDue(when: When, zone: string, now: number, last: LastBegun | null): number | null {
  const due = lastDue(when, zone, now);
  if (due === null) return null;
  if (last === null) return now - due <= NEW_ENTRY ? due : null;
  if (last.due === due) return last.died ? due : null;
  return due > last.due ? due : null;
}

function extreme(
  times: readonly (Date | null | undefined)[],
  pick: (...values: number[]) => number,
): number | null {
  const known = times.flatMap((time) => (time ? [time.getTime()] : []));
  return known.length === 0 ? null : pick(...known);
}
