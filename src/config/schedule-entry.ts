import { isAbsolute } from 'node:path';
import * as z from 'zod';
import type { EntryRules } from '../domain/schedule/entry.js';
import { parseWhen } from '../domain/schedule/when.js';
import { duration, fromText, text } from './values.js';

const when = fromText(
  (text) => (text.trim().toLowerCase() === 'off' ? ('off' as const) : parseWhen(text)),
  'a time such as "daily at 01:00", "every 4 hours", "every 2 hours between 06:00 and 22:00", "weekdays at 02:00", a cron expression such as "0 1 * * *" (not more often than every 5 minutes), or "off"',
);

/** A span of `least` ms or more that a timer of Node's can wait for. */
function shortSpan(otherwise: string, least = 0) {
  return duration
    .refine((ms) => ms >= least, 'must be more than nothing')
    .refine((ms) => ms <= MOST_DAYS * 86_400_000, `must be at most ${MOST_DAYS} days`)
    .prefault(otherwise);
}

const MOST_DAYS = 7;

/** An entry of the schedule, due at `at` unless it says otherwise: when it is due, or a table of that and its rules. */
export function scheduleEntry(at: string) {
  const rules = z
    .strictObject({
      at: when.prefault(at),
      without_overlapping: z.boolean().default(true),
      on_one_server: z.boolean().default(true),
      in_background: z.boolean().default(false),
      timeout: shortSpan('20h', 1),
      jitter: shortSpan('0s'),
      log: text.refine(isAbsolute, 'must be a path from the root').nullable().default(null),
    })
    .transform((raw): EntryRules => {
      return {
        at: raw.at === 'off' ? null : raw.at,
        withoutOverlapping: raw.without_overlapping,
        onOneServer: raw.on_one_server,
        inBackground: raw.in_background,
        timeout: raw.timeout,
        jitter: raw.jitter,
        log: raw.log,
      };
    });
  return z.preprocess((raw) => (typeof raw === 'object' ? raw : { at: raw }), rules).prefault(at);
}
