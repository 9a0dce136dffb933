import { WEEKDAYS } from './days.js';
import { timeOfDayText } from './time-of-day.js';

const MOST_TIMES = 8;

/** What a cron expression of five fields says, in words; the expression itself where words would be longer than it. */
export function describeCron(expression: string): string {
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = expression.split(' ');
  const days = daysText(day, month, weekday);
  const times = timesText(minute, hour);
  if (days === null || times === null) return `as "${expression}" says`;
  if (times.startsWith('every ')) return days === 'daily' ? times : `${times} ${days}`;
  return `${days} ${times}`;
}

function timesText(minute: string, hour: string): string | null {
  if (hour === '*' && isEven(minute, 60)) return `every ${minute.slice(2)} minutes`;
  if (minute === '0' && hour === '*') return 'every hour';
  if (minute === '0' && isEven(hour, 24)) return `every ${hour.slice(2)} hours`;
  const [minutes, hours] = [numbers(minute), numbers(hour)];
  if (minutes === null || hours === null || minutes.length * hours.length > MOST_TIMES) return null;
  return `at ${joined(hours.flatMap((h) => minutes.map((m) => timeOfDayText(h * 60 + m))))}`;
}

/** Whether a field is a step that divides the hour, or the day, into equal parts: another one begins anew with each. */
function isEven(field: string, whole: number): boolean {
  return whole % Number(/^\*\/(\d+)$/.exec(field)?.[1]) === 0;
}

function daysText(day: string, month: string, weekday: string): string | null {
  if (month !== '*' || (day !== '*' && weekday !== '*')) return null;
  if (day !== '*') {
    const dates = numbers(day);
    return dates === null ? null : `on the ${joined(dates.map(ordinal))}`;
  }
  if (weekday === '*') return 'daily';
  if (weekday === '1-5' || weekday === 'mon-fri') return 'weekdays';
  const names = weekday.split(',').map((one) => {
    return WEEKDAYS.find((name, i) => one === String(i) || name.startsWith(one) || (one === '7' && i === 0));
  });
  return names.includes(undefined) ? null : `on ${joined(names.map(String))}`;
}

function numbers(field: string): number[] | null {
  return /^\d+(,\d+)*$/.test(field) ? field.split(',').map(Number) : null;
}

function ordinal(n: number): string {
  const ending = n % 10 < 4 && Math.floor(n / 10) !== 1 ? (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th') : 'th';
  return `${n}${ending}`;
}

function joined(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
