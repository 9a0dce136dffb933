import { cronNumbers } from './cron-numbers.js';
import { DAILY, type Days, listed, parseDays } from './days.js';
import { describeCron } from './describe.js';
import { parseTimeOfDay } from './time-of-day.js';

/** When an entry is due: cron expressions (five fields), any of which says so, and the same in words. */
export interface When {
  readonly expressions: readonly string[];
  readonly words: string;
}

const DAY_MINUTES = 1440;
/** Minutes. What is due more often is no backup, and each time costs the start of a program. */
const SHORTEST = 5;

/**
 * Reads when an entry is due: words such as `daily at 01:00`, `every 4 hours`, `every 2 hours between 06:00 and 22:00`,
 * `weekdays at 02:00`, `on monday and friday at 02:00`, `on the 1st at 04:00`, or a cron expression of five fields.
 * Null when it is neither, or due more often than every five minutes.
 */
export function parseWhen(text: string): When | null {
  const words = text.trim().toLowerCase().replace(/\s+/g, ' ');
  const fields = words.split(' ');
  if (fields.length === 5 && fields.every((field) => /^[\d*,/a-z-]+$/.test(field))) {
    const cron = parseCron(fields);
    if (cron !== null) return cron;
  }
  const expressions = parseEvery(words) ?? parseTimes(words);
  if (expressions === null) return null;
  return { expressions, words: words.replace(/^(at )?(?=\d)/, 'daily at ') };
}

function parseCron(fields: readonly string[]): When | null {
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields;
  // Names stand only where cron has them; croner knows letters of its own (L, W) that no other scheduler does.
  const numeric = [minute, hour, day].every((field) => /^[\d*,/-]+$/.test(field));
  const named = [month, weekday].every((field) =>
    field.split(/[,/-]/).every((word) => /^(\*|\d+|[a-z]{3})$/.test(word)),
  );
  if (!numeric || !named) return null;
  const expression = fields.join(' ');
  try {
    const set = cronNumbers(expression).minutes;
    const gaps = set.map((at, i) => (set[i + 1] ?? 60 + (set[0] ?? 0)) - at);
    if (gaps.some((gap) => gap < SHORTEST)) return null;
  } catch {
    return null;
  }
  return { expressions: [expression], words: describeCron(expression) };
}

/** `every 4 hours`, `every 30 minutes between 06:00 and 22:00`; both ends of a span are times of their own. */
function parseEvery(words: string): string[] | null {
  const match = /^every (?:(\d+) )?(minute|hour)s?(?: between (\S+) and (\S+))?$/.exec(words);
  if (match === null) return null;
  const [, count = '1', unit, from, to] = match;
  const step = Number(count) * (unit === 'hour' ? 60 : 1);
  if (step < SHORTEST || DAY_MINUTES % step !== 0 || (step > 60 ? step % 60 : 60 % step) !== 0) return null;
  if (from === undefined || to === undefined) {
    return step < 60 ? [`*/${step} * * * *`] : [step === 60 ? '0 * * * *' : `0 */${step / 60} * * *`];
  }
  const [first, last] = [parseTimeOfDay(from), parseTimeOfDay(to)];
  if (first === null || last === null || first === last) return null;
  const span = (last - first + DAY_MINUTES) % DAY_MINUTES;
  const times = Array.from(
    { length: Math.floor(span / step) + 1 },
    (_, i) => (first + i * step) % DAY_MINUTES,
  );
  return expressionsOf(times, DAILY);
}

/** `daily at 01:00`, `01:00 and 13:30`, `weekdays at 02:00`. */
function parseTimes(words: string): string[] | null {
  const match = /^(?:(.*) )?at (.+)$/.exec(words) ?? /^()([\d:, and]+)$/.exec(words);
  if (match === null) return null;
  const days = parseDays(match[1] ?? '');
  const times = listed(match[2] ?? '').map(parseTimeOfDay);
  if (days === null || times.some((time) => time === null)) return null;
  return expressionsOf(
    times.filter((time) => time !== null),
    days,
  );
}

/** The fewest expressions for some times of the day (minutes since midnight) on some days. */
export function expressionsOf(times: readonly number[], { day, month, weekday }: Days): string[] {
  const hoursOf = new Map<number, Set<number>>();
  for (const time of [...times].sort((a, b) => a - b)) {
    const hours = hoursOf.get(time % 60) ?? new Set();
    hoursOf.set(time % 60, hours.add(Math.floor(time / 60)));
  }
  const minutesOf = new Map<string, number[]>();
  for (const [minute, hours] of hoursOf) {
    const list = hours.size === 24 ? '*' : [...hours].join(',');
    minutesOf.set(list, [...(minutesOf.get(list) ?? []), minute]);
  }
  return [...minutesOf].map(([hours, minutes]) => {
    return `${minutes.sort((a, b) => a - b).join(',')} ${hours} ${day} ${month} ${weekday}`;
  });
}
