import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { parseCalendarAge } from '../../src/domain/duration.js';
import {
  dayAfter,
  isTimeZone,
  localDays,
  localText,
  localTextBefore,
  parseLocalTime,
  unixSeconds,
} from '../../src/domain/local-time.js';

const HANOI = 'Asia/Ho_Chi_Minh';
const BERLIN = 'Europe/Berlin';
const NEW_YORK = 'America/New_York';

function before(utc: string, age: string, zone: string): string {
  const parsed = parseCalendarAge(age);
  if (parsed === null) throw new Error(`no age: ${age}`);
  return localTextBefore(Date.parse(utc), parsed, zone);
}

describe('an age is counted back on the calendar of the shop', () => {
  it.each([
    // In Vietnam it is 31 May already, seven hours before it is in Greenwich.
    ['2026-05-30T17:30:00Z', '3 months', HANOI, '2026-02-28 00:30:00'],
    ['2028-05-31T03:00:00Z', '3 months', HANOI, '2028-02-29 10:00:00'],
    ['2026-05-30T16:59:59Z', '3 months', HANOI, '2026-02-28 23:59:59'],
    ['2026-05-29T03:00:00Z', '3 months', HANOI, '2026-02-28 10:00:00'],
    ['2026-06-01T03:00:00Z', '3 months', HANOI, '2026-03-01 10:00:00'],
    ['2024-02-29T12:00:00Z', '1 year', BERLIN, '2023-02-28 13:00:00'],
    ['2026-01-31T12:00:00Z', '2 months', BERLIN, '2025-11-30 13:00:00'],
    ['2026-12-31T05:30:00Z', '1 month', NEW_YORK, '2026-11-30 00:30:00'],
    ['2026-01-01T04:30:00Z', '1 month', NEW_YORK, '2025-11-30 23:30:00'],
    ['2026-05-31T10:00:00Z', '90 days', HANOI, '2026-03-02 17:00:00'],
    ['2026-05-31T10:00:00Z', '2 weeks', HANOI, '2026-05-17 17:00:00'],
    // The clock on the wall counts, not the hours: on this day Berlin had one more of them.
    ['2025-10-26T20:00:00Z', '1 day', BERLIN, '2025-10-25 21:00:00'],
    ['2026-05-31T10:00:00Z', '0 days', HANOI, '2026-05-31 17:00:00'],
  ])('%s less %s in %s', (now, age, zone, expected) => {
    expect(before(now, age, zone)).toBe(expected);
  });
});

describe('a time of the shop is read as PHP reads it', () => {
  it.each([
    ['2025-01-31 23:59:59', HANOI, '2025-01-31T16:59:59Z'],
    ['2025-07-01 12:00:00', BERLIN, '2025-07-01T10:00:00Z'],
    ['2025-01-01 12:00:00', BERLIN, '2025-01-01T11:00:00Z'],
    // The gap: a time that the clock skipped is moved on by it.
    ['2025-03-30 01:59:59', BERLIN, '2025-03-30T00:59:59Z'],
    ['2025-03-30 02:30:00', BERLIN, '2025-03-30T01:30:00Z'],
    ['2025-03-30 03:30:00', BERLIN, '2025-03-30T01:30:00Z'],
    ['2025-03-09 02:30:00', NEW_YORK, '2025-03-09T07:30:00Z'],
    // The overlap: of two the first.
    ['2025-10-26 02:30:00', BERLIN, '2025-10-26T00:30:00Z'],
    ['2025-10-26 03:00:00', BERLIN, '2025-10-26T02:00:00Z'],
    ['2025-11-02 01:30:00', NEW_YORK, '2025-11-02T05:30:00Z'],
    ['2025-01-31', HANOI, '2025-01-30T17:00:00Z'],
    ['2025-01-31T08:00', HANOI, '2025-01-31T01:00:00Z'],
    ['2025-01-31 08:00:00.987654', HANOI, '2025-01-31T01:00:00Z'],
    ['1969-12-31 23:59:59.5', 'UTC', '1969-12-31T23:59:59Z'],
  ])('%s in %s', (text, zone, utc) => {
    const local = parseLocalTime(text);
    expect(local && unixSeconds(local, zone)).toBe(Date.parse(utc) / 1000);
  });

  it.each([
    null,
    '',
    ' ',
    'never',
    '0000-00-00',
    '0000-00-00 00:00:00',
    '2025-02-31',
    '2025-13-01 00:00:00',
    '2025-01-01 24:00:00',
    '2025-01-01 10:60:00',
    '2025-1-1',
    '2025-01-01 10:00:00 ',
    '2025-01-01 10:00:00Z',
    '25-01-01',
  ])('%j is no time', (text) => {
    expect(parseLocalTime(text)).toBeNull();
  });

  it('an instant is told by the clock of the shop', () => {
    const now = Date.parse('2025-03-30T00:59:59.999Z');
    expect(localText(now, BERLIN)).toBe('2025-03-30 01:59:59');
    expect(localText(now + 1, BERLIN)).toBe('2025-03-30 03:00:00');
    expect(localText(now, HANOI)).toBe('2025-03-30 07:59:59');
    expect(localText(Date.parse('2025-10-26T01:30:00Z'), BERLIN)).toBe('2025-10-26 02:30:00');
  });
});

it('arithmetic and the calendar’s own library agree, on days when the clock is set too', () => {
  const zones = [
    HANOI,
    BERLIN,
    NEW_YORK,
    'Australia/Lord_Howe',
    'America/Nuuk',
    'Pacific/Apia',
    'Africa/Casablanca',
  ];
  const second = fc.integer({ min: Date.UTC(1971, 0, 1) / 1000, max: Date.UTC(2037, 0, 1) / 1000 });
  fc.assert(
    fc.property(second, fc.constantFrom(...zones), (seconds, zone) => {
      const text = new Date(seconds * 1000).toISOString().slice(0, 19);
      const local = parseLocalTime(text);
      const at = Temporal.PlainDateTime.from(text).toZonedDateTime(zone, { disambiguation: 'compatible' });
      expect(local && unixSeconds(local, zone)).toBe(Math.floor(at.epochMilliseconds / 1000));
    }),
    { numRuns: 2000 },
  );
});

describe('the dates under which a second may have been written', () => {
  const at = (utc: string) => Date.parse(utc) / 1000;
  it.each([
    ['2025-01-31T16:59:59Z', HANOI, ['2025-01-31']],
    ['2025-01-31T17:00:00Z', HANOI, ['2025-02-01']],
    // The clock went from 02:00 to 03:00, both of one day.
    ['2025-03-30T01:30:00Z', BERLIN, ['2025-03-30']],
    // In Nuuk it went from 23:00 to midnight: 23:30 of the day before is read as 00:30.
    ['2024-03-31T01:30:00Z', 'America/Nuuk', ['2024-03-31', '2024-03-30']],
    // Samoa left a whole day out.
    ['2011-12-30T20:00:00Z', 'Pacific/Apia', ['2011-12-31', '2011-12-30']],
  ])('%s in %s', (utc, zone, days) => {
    expect(localDays(at(utc), zone)).toEqual(days);
  });

  it('are what the calendar’s own library says, on days when the clock is set too', () => {
    const zones = [HANOI, BERLIN, 'Australia/Lord_Howe', 'America/Nuuk', 'Pacific/Apia', 'Africa/Casablanca'];
    const second = fc.integer({ min: Date.UTC(1969, 0, 1) / 1000, max: Date.UTC(2037, 0, 1) / 1000 });
    fc.assert(
      fc.property(second, fc.constantFrom(...zones), (seconds, zone) => {
        const instant = Temporal.Instant.fromEpochMilliseconds(seconds * 1000);
        const before = instant.subtract({ hours: 24 }).toZonedDateTimeISO(zone).toPlainDateTime();
        const days = [
          instant.toZonedDateTimeISO(zone).toPlainDate(),
          before.add({ hours: 24 }).toPlainDate(),
        ];
        expect(localDays(seconds, zone)).toEqual([...new Set(days.map(String))]);
      }),
      { numRuns: 500 },
    );
  });

  it('a number that is no time of this calendar has none', () => {
    expect(localDays(Number.MAX_SAFE_INTEGER, HANOI)).toEqual([]);
  });

  it('the day after a day', () => {
    expect(dayAfter('2024-02-28')).toBe('2024-02-29');
    expect(dayAfter('2025-12-31')).toBe('2026-01-01');
  });
});

it('only names of zones are zones', () => {
  expect([HANOI, 'UTC', 'America/Argentina/Buenos_Aires'].filter((zone) => !isTimeZone(zone))).toEqual([]);
  expect(['', 'Hanoi', 'Europe/Berlinn', 'GMT+25'].filter(isTimeZone)).toEqual([]);
});
