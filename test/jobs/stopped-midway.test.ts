import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { leaseLost } from '../../src/jobs/lease.js';
import { ENGINES } from '../support/database.js';
import { done, fileOf, openToys, type Toys, toyStep } from './toy.js';

describe.for(ENGINES)('a run that must end in the middle of an item, on %s', (engine) => {
  let toys: Toys;
  beforeAll(async () => {
    toys = await openToys(engine);
  });
  afterAll(() => toys.close());

  const stopped = leaseLost('unlink-discuss');
  const files = [fileOf(1), fileOf(2), fileOf(3)];

  test('does not say that nothing was removed, where something was', async () => {
    const act = async (file: { order: number }) =>
      file.order === 2 ? { done: 1, bytes: 10, stopped } : done();
    const summary = await toys.run({ ...toyStep(files, act), removes: true });
    expect(summary).toMatchObject({ ok: false, exit: 1, counts: { planned: 3, done: 2 }, bytes: 20 });
    expect(summary.errors).toMatchObject([{ code: 'lease-lost' }]);
    const parts = await toys.history.parts(summary.run ?? 0, 0, 10);
    expect(parts.map(({ order, status }) => [order, status])).toEqual([
      [1, 'completed'],
      [2, 'cancelled'],
    ]);
  });

  test('says so, where nothing was', async () => {
    const summary = await toys.run({ ...toyStep(files, async () => ({ stopped })), removes: true });
    expect(summary).toMatchObject({ ok: false, exit: 5, counts: { planned: 3, done: 0 } });
  });
});
