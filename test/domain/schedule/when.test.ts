import { describe, expect, test } from 'vitest';
import { parseWhen } from '../../../src/domain/schedule/when.js';

describe('when an entry is due', () => {
  test.each<[string, string[], string]>([
    ['daily at 01:00', ['0 1 * * *'], 'daily at 01:00'],
    ['  Every day  AT 1:00 ', ['0 1 * * *'], 'every day at 1:00'],
    ['01:00', ['0 1 * * *'], 'daily at 01:00'],
    ['at 1:00 and 13:30', ['0 1 * * *', '30 13 * * *'], 'daily at 1:00 and 13:30'],
    ['daily at 01:00, 07:00 and 13:00', ['0 1,7,13 * * *'], 'daily at 01:00, 07:00 and 13:00'],
    ['every hour', ['0 * * * *'], 'every hour'],
    ['every 4 hours', ['0 */4 * * *'], 'every 4 hours'],
    ['every 15 minutes', ['*/15 * * * *'], 'every 15 minutes'],
    ['every 2 hours between 06:00 and 10:00', ['0 6,8,10 * * *'], 'every 2 hours between 06:00 and 10:00'],
    [
      'every 30 minutes between 23:00 and 00:30',
      ['0,30 0,23 * * *'],
      'every 30 minutes between 23:00 and 00:30',
    ],
    ['weekdays at 02:00', ['0 2 * * 1-5'], 'weekdays at 02:00'],
    ['on monday and friday at 02:00', ['0 2 * * 1,5'], 'on monday and friday at 02:00'],
    ['sundays at 03:15', ['15 3 * * 0'], 'sundays at 03:15'],
    ['on the 1st and 15th at 04:00', ['0 4 1,15 * *'], 'on the 1st and 15th at 04:00'],
    ['monthly on the 2nd of the month at 04:00', ['0 4 2 * *'], 'monthly on the 2nd of the month at 04:00'],
    ['0 1 * * *', ['0 1 * * *'], 'daily at 01:00'],
    ['30 1,13 * * mon-fri', ['30 1,13 * * mon-fri'], 'weekdays at 01:30 and 13:30'],
    ['5 4 1,22 * *', ['5 4 1,22 * *'], 'on the 1st and 22nd at 04:05'],
    ['*/20 * * * *', ['*/20 * * * *'], 'every 20 minutes'],
    ['0 */6 * * 0,3', ['0 */6 * * 0,3'], 'every 6 hours on sunday and wednesday'],
    ['0 2 1 1 *', ['0 2 1 1 *'], 'as "0 2 1 1 *" says'],
    // They begin anew with each hour, or day: 20 minutes, or 4 hours, after the time before.
    ['*/40 * * * *', ['*/40 * * * *'], 'as "*/40 * * * *" says'],
    ['0 */5 * * *', ['0 */5 * * *'], 'as "0 */5 * * *" says'],
  ])('%s', (text, expressions, words) => {
    expect(parseWhen(text)).toEqual({ expressions, words });
  });

  test.each([
    '',
    'daily',
    'daily at 24:00',
    'daily at 1',
    'sometimes at 01:00',
    'every minute',
    'every 2 minutes',
    'every 7 hours',
    'every 90 minutes',
    'every 2 hours between 06:00 and 06:00',
    'on the 32nd at 01:00',
    'on mon at',
    '* * * * *',
    '0,2 1 * * *',
    '61 * * * *',
    '0 1 * *',
    '0 1 L * *',
    '0 1 * * 1#2',
    '0 1 * * * *',
    '@daily',
  ])('"%s" is none', (text) => {
    expect(parseWhen(text)).toBeNull();
  });
});
