import { expect, test } from 'vitest';
import { ahead } from '../../src/domain/ahead.js';

async function* numbers(count: number): AsyncGenerator<number> {
  for (let n = 1; n <= count; n++) yield n;
}

test('what is made comes in the order of the items, and no more of it is begun ahead than was said', async () => {
  const begun: number[] = [];
  const seen: [number, number][] = [];
  // The later it was begun, the sooner it is ready.
  const work = async (n: number) => {
    begun.push(n);
    for (let turn = 0; turn < 50 - 5 * n; turn++) await Promise.resolve();
    return n;
  };
  for await (const n of ahead(numbers(6), 2, work)) seen.push([n, begun.length]);
  expect(seen).toEqual([
    [1, 3],
    [2, 4],
    [3, 5],
    [4, 6],
    [5, 6],
    [6, 6],
  ]);
});

test('what breaks is told in its turn, and no sooner', async () => {
  const seen: number[] = [];
  const work = async (n: number) => {
    if (n === 3) throw new Error('the third');
    return n;
  };
  const all = async () => {
    for await (const n of ahead(numbers(6), 2, work)) seen.push(n);
  };
  await expect(all()).rejects.toThrow('the third');
  expect(seen).toEqual([1, 2]);
});
