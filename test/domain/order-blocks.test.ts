import { expect, test } from 'vitest';
import { type OrderBlock, rangesOf, wholeBlocks } from '../../src/domain/order-blocks.js';

test.each([
  [1, 1, -999, 999],
  [-999, 999, -999, 999],
  [1000, 1999, 1000, 1999],
  [999, 1000, -999, 1999],
  [-1000, -1000, -1999, -1000],
  [-3001, 5000, -3999, 5999],
])('all ids that share a block, divided towards zero, with those from %i to %i', (first, last, from, to) => {
  const whole = wholeBlocks(first, last);
  expect([whole.from, whole.to]).toEqual([from, to]);
});

test('small blocks share a range, up to a thousand orders; none reaches over one that is skipped', () => {
  const block = (number: number, orders: number): OrderBlock => ({
    block: number,
    from: number * 1000 + 5,
    to: number * 1000 + 5 + orders,
    orders,
  });
  const blocks = [block(1, 400), block(2, 600), block(4, 10), block(5, 990), block(6, 20), block(7, 30)];
  expect([...rangesOf(blocks, () => false)]).toEqual([
    { from: 1005, to: 2605 },
    { from: 4005, to: 5995 },
    { from: 6005, to: 7035 },
  ]);
  expect([...rangesOf(blocks, (number) => number === 2 || number === 6)]).toEqual([
    { from: 1005, to: 1405 },
    { from: 4005, to: 5995 },
    { from: 7005, to: 7035 },
  ]);
  expect([...rangesOf(blocks, () => true)]).toEqual([]);
});
