import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type LastBegun, lastDue, nextDue, whatIsDue } from '../../../src/domain/schedule/due.js';
import { cronTimes, wakeTimes } from '../../../src/domain/schedule/wakes.js';
import { parseWhen, type When } from '../../../src/domain/schedule/when.js';

/** All times here are full or half hours. */
const STEP = 1_800_000;
const HOUR = 3_600_000;

function when(text: string): When {
  const parsed = parseWhen(text);
  if (parsed === null) throw new Error(`"${text}" is no time`);
  return parsed;
}

/** The wall of a zone, from Intl, which the program does not use for this. */
function wallOf(zone: string): (at: number) => { day: string; minutes: number } {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
  return (at) => {
    const [day = '', time = ''] = format.format(at).split(' ');
    return { day, minutes: Number(time.slice(0, 2)) * 60 + Number(time.slice(3)) };
  };
}

/** Nights in which clocks are set, and one before and after each. */
const NIGHTS = [
  ['Europe/Berlin', '2026-03-28T12:00Z', 'forward at 02:00'],
  ['Europe/Berlin', '2026-10-24T12:00Z', 'back at 03:00'],
  ['America/New_York', '2026-03-07T17:00Z', 'forward at 02:00'],
  ['America/New_York', '2026-10-31T17:00Z', 'back at 02:00'],
] as const;
const NIGHT_TIMES = ['00:00', '01:00', '02:00', '02:30', '03:00', '04:00'];

describe.each(NIGHTS)('%s from %s (%s)', (zone, noon, _) => {
  test.each([zone, 'UTC', 'Asia/Ho_Chi_Minh'])(
    'a plain scheduler on the clock of %s runs each entry once a night',
    (machineZone) => {
      const from = Date.parse(noon);
      const machineWall = wallOf(machineZone);
      for (const time of NIGHT_TIMES) {
        const at = when(`daily at ${time}`);
        const wakes = new Set(wakeTimes(at, zone, machineZone, from));
        const days: string[] = [];
        let last: LastBegun = { due: lastDue(at, zone, from - 24 * HOUR) ?? 0, died: false };
        last = { due: lastDue(at, zone, from) ?? last.due, died: false };
        // It looks at its wall each half hour and knows nothing of summer time: what the wall skips is not woken.
        for (let now = from; now < from + 72 * HOUR; now += STEP) {
          if (!wakes.has(machineWall(now).minutes)) continue;
          const due = whatIsDue(at, zone, now, last);
          if (due === null) continue;
          expect(now - due, `${time} is woken when it is due`).toBeLessThan(STEP);
          last = { due, died: false };
          days.push(wallOf(zone)(due).day);
        }
        expect(days, time).toEqual([...new Set(days)]);
        expect(days, time).toHaveLength(3);
      }
    },
  );
});

describe('what is due', () => {
  const at = when('daily at 01:00');
  const one = Date.UTC(2026, 0, 10, 1);

  test('is the last due time, from its first millisecond on', () => {
    expect(whatIsDue(at, 'UTC', one - 1, { due: one - 24 * HOUR, died: false })).toBeNull();
    expect(whatIsDue(at, 'UTC', one, { due: one - 24 * HOUR, died: false })).toBe(one);
    expect(whatIsDue(at, 'UTC', one + 20 * HOUR, { due: one - 24 * HOUR, died: false })).toBe(one);
  });

  test('is nothing when somebody began it, unless he died', () => {
    expect(whatIsDue(at, 'UTC', one + 1, { due: one, died: false })).toBeNull();
    expect(whatIsDue(at, 'UTC', one + 1, { due: one, died: true })).toBe(one);
  });

  test('of many that were missed is the last alone', () => {
    expect(whatIsDue(at, 'UTC', one + 1, { due: one - 30 * 24 * HOUR, died: false })).toBe(one);
  });

  test('without any history is only what has just become due', () => {
    expect(whatIsDue(at, 'UTC', one + HOUR, null)).toBe(one);
    expect(whatIsDue(at, 'UTC', one + HOUR + 1, null)).toBeNull();
  });

  test('is nothing for a clock that has gone back', () => {
    expect(whatIsDue(at, 'UTC', one - 48 * HOUR, { due: one, died: false })).toBeNull();
  });
});

test('the last and the next due time agree on any expression, zone and moment', () => {
  const texts = [
    'daily at 02:00',
    'every 4 hours',
    'weekdays at 02:30',
    'on the 31st at 01:00',
    '*/15 1-3 * * *',
    'sundays at 02:00 and 14:10',
  ];
  const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'UTC'];
  const moments = fc.integer({ min: Date.UTC(2025, 0), max: Date.UTC(2028, 0) });
  fc.assert(
    fc.property(fc.constantFrom(...texts), fc.constantFrom(...zones), moments, (text, zone, now) => {
      const at = when(text);
      const next = nextDue(at, zone, now) ?? Number.NaN;
      expect(next).toBeGreaterThan(now);
      expect(lastDue(at, zone, next)).toBe(next);
      expect(lastDue(at, zone, next - 1)).toBeLessThanOrEqual(now);
    }),
    { numRuns: 200 },
  );
});

describe('the lines of a crontab', () => {
  test('are the expression itself where machine and schedule have one zone without summer time', () => {
    const zone = 'Asia/Ho_Chi_Minh';
    expect(cronTimes(when('weekdays at 02:00'), zone, zone, 0)).toEqual(['0 2 * * 1-5']);
    expect(cronTimes(when('0 2 */2 * mon,fri'), zone, zone, 0)).toEqual(['0 2 1-31/2 * 1,5']);
  });

  test('wake it in the hour after a gap as well', () => {
    const summer = Date.UTC(2026, 6, 1);
    expect(cronTimes(when('daily at 02:00'), 'Europe/Berlin', 'Europe/Berlin', summer)).toEqual([
      '0 2 * * *',
      '0 3 * * *',
    ]);
  });

  test('are all hours on which the times of another zone can fall', () => {
    const summer = Date.UTC(2026, 6, 1);
    expect(cronTimes(when('daily at 01:30'), 'America/New_York', 'UTC', summer)).toEqual(['30 5,6 * * *']);
    expect(cronTimes(when('daily at 01:00'), 'Asia/Kathmandu', 'UTC', summer)).toEqual(['15 19 * * *']);
  });
});
