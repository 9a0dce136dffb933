import { expect, test } from 'vitest';
import { wholeNumber } from '../../src/domain/whole-number.js';

test.each([
  [5, 5],
  [-5, -5],
  [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  ['5', 5],
  ['5.00', 5],
  ['0005', 5],
  ['-12', -12],
  ['9007199254740991', 9007199254740991],
])('%j is the whole number %j', (value, number) => {
  expect(wholeNumber(value)).toBe(number);
});

test.each([
  5.5,
  Number.NaN,
  9007199254740992,
  '9007199254740993',
  '5.50',
  '5x',
  ' 5',
  '0x5',
  '5e1',
  '',
  null,
  undefined,
  true,
  Buffer.from('5'),
])('%j is none', (value) => {
  expect(wholeNumber(value)).toBe(null);
});
