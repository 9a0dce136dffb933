import { describe, expect, test } from 'vitest';
import { isMonth, nightsOf, spanOf } from '../../src/domain/ledger.js';

describe('the days of a report', () => {
  test('are those of a month, on the calendar of the shop, also where its clock was set meanwhile', () => {
    expect(spanOf('2026-10', 0, 'Europe/Berlin')).toEqual({
      fromDay: '2026-10-01',
      toDay: '2026-11-01',
      from: Date.parse('2026-10-01T00:00:00+02:00'),
      to: Date.parse('2026-11-01T00:00:00+01:00'),
    });
    expect(spanOf('2026-12', 0, 'Asia/Ho_Chi_Minh')).toMatchObject({
      fromDay: '2026-12-01',
      toDay: '2027-01-01',
    });
  });

  test('without a month are the last 31, today included', () => {
    const now = Date.parse('2026-11-22T00:30:00+07:00');
    expect(spanOf(null, now, 'Asia/Ho_Chi_Minh')).toMatchObject({
      fromDay: '2026-10-23',
      toDay: '2026-11-23',
    });
  });

  test('end where the next one begins, also where the clock is set on that day', () => {
    const nights = nightsOf(spanOf('2026-10', 0, 'Europe/Berlin'), 'Europe/Berlin');
    expect(nights).toHaveLength(31);
    expect(nights.slice(23, 25)).toEqual([
      { day: '2026-10-24', to: Date.parse('2026-10-25T00:00:00+02:00') },
      { day: '2026-10-25', to: Date.parse('2026-10-26T00:00:00+01:00') },
    ]);
  });

  test('belong to months that the calendar has', () => {
    expect(['2026-01', '2026-12'].every(isMonth)).toBe(true);
    expect(['2026-13', '2026-00', '2026-1', '2026', '2026-01-01', '0000-01', '9999-12'].some(isMonth)).toBe(
      false,
    );
  });
});
