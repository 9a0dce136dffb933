import { describe, expect, it } from 'vitest';
import { ceilingText, isOver, parseCeiling } from '../../src/domain/ceiling.js';
import { parseCalendarAge, parseDuration } from '../../src/domain/duration.js';
import { COPIED_TYPES, fileTypeOf, isFileType } from '../../src/domain/file-type.js';

describe('a span of time', () => {
  it.each([
    ['24h', 86_400_000],
    ['7d', 604_800_000],
    ['90 minutes', 5_400_000],
    ['0d', 0],
    ['1.5h', 5_400_000],
    [' 2 Weeks ', 1_209_600_000],
    ['250ms', 250],
    ['1 sec', null],
    ['3s', 3000],
    ['5', null],
    ['d', null],
    ['-1d', null],
    ['1d 2h', null],
    ['3 months', null],
    // Words that every object of the language knows.
    ['5 constructor', null],
    ['5 valueof', null],
    ['365000d', 31_536_000_000_000],
    // What ends after it would be no date.
    ['99999999d', null],
    [`${'9'.repeat(30)}d`, null],
    ['', null],
  ])('%j is %j ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });
});

describe('an age', () => {
  it.each([
    ['3 months', { months: 3, days: 0 }],
    ['1 month', { months: 1, days: 0 }],
    ['2 years', { months: 24, days: 0 }],
    ['1y', { months: 12, days: 0 }],
    ['90d', { months: 0, days: 90 }],
    ['90 Days', { months: 0, days: 90 }],
    ['2 weeks', { months: 0, days: 14 }],
    ['0d', { months: 0, days: 0 }],
    // `m` would be minutes elsewhere.
    ['3m', null],
    ['3 minutes', null],
    ['-3 months', null],
    ['3.5 months', null],
    ['3', null],
    ['', null],
    // Before the year 0 no database knows a date.
    ['9999 years', null],
    ['99999 weeks', null],
    ['99999 months', null],
  ])('%j', (text, age) => {
    expect(parseCalendarAge(text)).toEqual(age);
  });
});

describe('a ceiling', () => {
  it.each([
    ['500', { kind: 'count', count: 500 }],
    ['0', { kind: 'count', count: 0 }],
    [' 50 % ', { kind: 'share', percent: 50 }],
    ['12.5%', { kind: 'share', percent: 12.5 }],
    ['100%', { kind: 'share', percent: 100 }],
    ['101%', null],
    ['2.5', null],
    ['-1', null],
    ['1e3', null],
    ['99999999999999999999', null],
    ['many', null],
    ['', null],
  ])('%j', (text, ceiling) => {
    expect(parseCeiling(text)).toEqual(ceiling);
  });

  it.each([
    ['10', 10, 10, false],
    ['10', 11, 1000, true],
    ['0', 0, 0, false],
    ['0', 1, 1000, true],
    ['50%', 5, 10, false],
    ['50%', 6, 10, true],
    ['50%', 1, 1, true],
    ['0%', 0, 5, false],
    ['0%', 1, 1_000_000, true],
    ['100%', 10, 10, false],
    // More planned than was looked at is over every share.
    ['100%', 1, 0, true],
    ['33.3%', 333, 1000, false],
    ['33.3%', 334, 1000, true],
  ])('%s with %i of %i: %s', (text, planned, seen, over) => {
    const ceiling = parseCeiling(text);
    if (ceiling === null) throw new Error(text);
    expect(isOver(ceiling, planned, seen)).toBe(over);
    expect(parseCeiling(ceilingText(ceiling))).toEqual(ceiling);
  });
});

describe('file types', () => {
  it('have five numbers and five words, and nothing else', () => {
    expect([0, 1, 2, 3, 4, 5, 6, Number.NaN, 1.5].map(fileTypeOf)).toEqual([
      null,
      'main',
      'ref',
      'complete',
      'rework',
      'discuss',
      null,
      null,
      null,
    ]);
    expect(['main', 'discuss', 'Main', 'toString', ''].map(isFileType)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it('a discussion is never copied', () => {
    expect([...COPIED_TYPES].sort()).toEqual(['complete', 'main', 'ref', 'rework']);
  });
});
