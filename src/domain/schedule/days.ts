/** The three fields of a cron expression that say on which days. */
export interface Days {
  readonly day: string;
  readonly month: string;
  readonly weekday: string;
}

/** No day is left out. */
export const DAILY: Days = { day: '*', month: '*', weekday: '*' };

/** From Sunday, as cron counts them. */
export const WEEKDAYS = [
  'sunday',
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
] as const;

/** Days in words: `daily`, `weekdays`, `on monday and friday`, `sundays`, `on the 1st`; nothing is daily. Null for anything else. */
export function parseDays(words: string): Days | null {
  if (/^(|daily|every day)$/.test(words)) return DAILY;
  if (/^((on |every )?weekdays?)$/.test(words)) return { ...DAILY, weekday: '1-5' };
  const dates = /^(?:monthly )?on the (.+?)(?: of (?:the|each|every) month)?$/.exec(words)?.[1];
  if (dates !== undefined) {
    const days = listed(dates).map((date) => Number(/^(\d{1,2})(?:st|nd|rd|th)$/.exec(date)?.[1]));
    return days.every((day) => day >= 1 && day <= 31) ? { ...DAILY, day: days.join(',') } : null;
  }
  const names = listed(words.replace(/^(weekly )?on |^every |^weekly /, ''));
  const days = names.map((name) => WEEKDAYS.findIndex((day) => isDay(name, day)));
  return days.includes(-1) ? null : { ...DAILY, weekday: days.sort((a, b) => a - b).join(',') };
}

function isDay(name: string, day: string): boolean {
  return [day, `${day}s`, day.slice(0, 3)].includes(name);
}

/** The words of a list: `a, b and c`. */
export function listed(words: string): string[] {
  return words.split(/, and | and |, |,/);
}
