import { describe, expect, test } from 'vitest';
import { openShop } from '../steps/shop.js';
import { ENGINES, type Engine } from '../support/database.js';
import { askOrderbak } from '../support/kept-orderbak.js';
import type { World } from '../support/worlds.js';
import { done, fileOf, openToys, toyStep } from './toy.js';

/** From now on the database takes no run's end. */
async function refuseEnds(world: World, engine: Engine): Promise<void> {
  const refusal =
    engine === 'sqlite'
      ? "WHEN NEW.ended_ms IS NOT NULL BEGIN SELECT RAISE(ABORT, 'no end'); END"
      : "FOR EACH ROW IF NEW.ended_ms IS NOT NULL THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no end'; END IF";
  await world.ask((database) =>
    database.run(`CREATE TRIGGER no_end BEFORE UPDATE ON orderbak_run ${refusal}`),
  );
}

describe.for(ENGINES)('a run whose end the database does not take, on %s', (engine) => {
  test('says so, and lets go of its lease', async () => {
    const toys = await openToys(engine);
    try {
      await refuseEnds(toys.world, engine);
      const summary = await toys.run(toyStep([fileOf(1)], done));
      expect(summary).toMatchObject({ ok: false, exit: 1, counts: { done: 1 } });
      expect(summary.errors).toMatchObject([{ message: expect.stringContaining('no end') }]);
      const leases = await toys.world.ask((database) => database.all('SELECT token FROM orderbak_lease'));
      expect(leases).toEqual([{ token: null }]);
    } finally {
      await toys.close();
    }
  });
});

test('a night whose end the database does not take ends all the same', async () => {
  const { shop } = await openShop('sqlite', [{ jobs: [{ image: 'a.txt' }] }]);
  await refuseEnds(shop.world, 'sqlite');
  try {
    expect(await askOrderbak(shop.world, ['run'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no end'),
    });
  } finally {
    await shop.close();
  }
});
