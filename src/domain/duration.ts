const UNITS = new Map<string, number>(
  Object.entries({
    ms: 1,
    s: 1000,
    second: 1000,
    m: 60_000,
    min: 60_000,
    minute: 60_000,
    h: 3_600_000,
    hour: 3_600_000,
    d: 86_400_000,
    day: 86_400_000,
    w: 604_800_000,
    week: 604_800_000,
  }),
);

const MOST_YEARS = 1000;
const YEAR_MS = 365 * 86_400_000;

/** A span of exact time in ms from words such as `24h`, `7d`, `90 minutes`, `0d`; null when it is not one, or ends after the calendar. */
export function parseDuration(text: string): number | null {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*$/i.exec(text);
  if (match === null) return null;
  const unit = (match[2] ?? '').toLowerCase();
  const ms = UNITS.get(unit) ?? UNITS.get(unit.replace(/s$/, ''));
  const span = ms === undefined ? Number.NaN : Number(match[1]) * ms;
  return span <= MOST_YEARS * YEAR_MS ? span : null;
}

/** A span of the calendar: how many months (years count as twelve) and days, as `Temporal` subtracts them. */
export interface CalendarAge {
  readonly months: number;
  readonly days: number;
}

const MONTHS_OF: Readonly<Record<string, number>> = { m: 1, y: 12 };
const DAYS_OF: Readonly<Record<string, number>> = { d: 1, w: 7 };

/** An age such as `3 months`, `1 year`, `2 weeks`, `90 days`, `90d`; null when it is not one, or reaches back before the calendar. */
export function parseCalendarAge(text: string): CalendarAge | null {
  const match = /^\s*(\d{1,5})\s*(d|days?|w|weeks?|months?|y|years?)\s*$/i.exec(text);
  if (match === null) return null;
  const count = Number(match[1]);
  const unit = (match[2] ?? '').charAt(0).toLowerCase();
  const months = count * (MONTHS_OF[unit] ?? 0);
  const days = count * (DAYS_OF[unit] ?? 0);
  return months > MOST_YEARS * 12 || days > MOST_YEARS * 365 ? null : { months, days };
}
