import { describe, expect, it } from 'vitest';
import { addCensus, type Census, EMPTY_CENSUS, whyAlarming } from '../../src/domain/census.js';

const FULL: Census = { orders: 1000, main: 5000, ref: 900, complete: 5000, rework: 60, discuss: 20 };

it('two censuses are one, kind by kind', () => {
  expect(addCensus(FULL, { ...EMPTY_CENSUS, orders: 2, discuss: 1 })).toEqual({
    ...FULL,
    orders: 1002,
    discuss: 21,
  });
});

describe('a database is ground enough', () => {
  it.each<[string, Partial<Census>]>([
    ['if it knows the same', {}],
    ['if it knows more', { orders: 2000, discuss: 21 }],
    ['if it has lost a tenth', { main: 4500, rework: 54, discuss: 18 }],
  ])('%s', (_, now) => {
    expect(whyAlarming(FULL, { ...FULL, ...now })).toBeNull();
  });

  it('if a few files of a small shop are gone, or one or two that were all of their type', () => {
    const small: Census = { orders: 3, main: 19, ref: 2, complete: 4, rework: 1, discuss: 0 };
    expect(whyAlarming(small, { ...small, orders: 1, main: 5, ref: 0, complete: 1, rework: 0 })).toBeNull();
  });
});

describe('a database is no ground', () => {
  it.each<[string, Partial<Census>, string]>([
    ['if it knows no order', { orders: 0 }, 'knows 0 finished orders; at an earlier run there were 1000'],
    ['if a table is empty', { rework: 0 }, 'knows 0 files of type rework; at an earlier run there were 60'],
    ['if more than a tenth is gone', { main: 4499 }, 'knows 4499 files of type main'],
    ['also where there were just twenty', { discuss: 17 }, 'knows 17 files of type discuss'],
  ])('%s', (_, now, words) => {
    expect(whyAlarming(FULL, { ...FULL, ...now })).toContain(words);
  });

  it('if all of three are gone', () => {
    const small: Census = { orders: 3, main: 5, ref: 3, complete: 4, rework: 0, discuss: 0 };
    expect(whyAlarming(small, { ...small, ref: 0 })).toContain('knows 0 files of type ref');
  });
});
