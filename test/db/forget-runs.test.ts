import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { forgetOld } from '../../src/db/forget-runs.js';
import { openDatabase } from '../../src/db/open.js';
import { ROWS_A_STATEMENT } from '../../src/db/run-rows.js';
import type { Database } from '../../src/db/tables.js';
import { ENGINES, insertRows } from '../support/database.js';
import { askOrderbak } from '../support/kept-orderbak.js';
import { countRowsAtOnce } from '../support/rows-at-once.js';
import { createWorld, type World } from '../support/worlds.js';

const MANY = 3500;
const OLD = 1_000_000;

describe.for(ENGINES)('old runs on %s', (engine) => {
  let world: World;
  let database: Database;
  beforeAll(async () => {
    world = await createWorld(engine);
    expect(await askOrderbak(world, ['migrate'])).toMatchObject({ code: 0 });
    database = await openDatabase(world.databaseUrl);
    const columns = ['step', 'status', 'dry_run', 'origin', 'host', 'pid', 'version', 'started_ms'];
    const times = ['ended_ms', 'heard_ms'];
    const run = (started: number, ended: number | null) => [
      ...['insert', 'completed', 0, 'cron', 'x', 1, '1'],
      ...[started, ended, started],
    ];
    // Every hundredth is not over yet, or was not until a moment ago.
    const runs = Array.from({ length: MANY }, (_, n) => run(n, n % 100 === 0 ? OLD : n));
    await world.ask((asked) =>
      insertRows(asked, 'orderbak_run', [...columns, ...times], [...runs, run(OLD, OLD), run(1, 1)]),
    );
  });
  afterAll(async () => {
    await database.close();
    await world.remove();
  });

  test('are forgotten page by page, all but those that ended later and the last', async () => {
    const counted = countRowsAtOnce(database);
    expect(await forgetOld(counted.database, OLD)).toBe((MANY * 99) / 100);
    expect(counted.most()).toBe(1000);
    const left = await world.ask((asked) => asked.all('SELECT id FROM orderbak_run ORDER BY id'));
    const later = Array.from({ length: MANY / 100 }, (_, n) => n * 100 + 1);
    expect(left.map(({ id }) => Number(id))).toEqual([...later, MANY + 1, MANY + 2]);
    expect(await forgetOld(database, OLD)).toBe(0);
  });

  test.runIf(engine === 'mariadb')(
    'have their failures found by an index, also where one has nearly all',
    async () => {
      const failures = Array.from({ length: 3000 }, (_, n) => [1, n, 'x', 'broken', 'broken']);
      const columns = ['run_id', 'item_id', 'path', 'code', 'message'];
      const some = Array.from({ length: ROWS_A_STATEMENT }, (_, n) => n + 2);
      const plan = await world.ask(async (asked) => {
        await insertRows(asked, 'orderbak_run_failure', columns, failures);
        await asked.all('ANALYZE TABLE orderbak_run_failure');
        return asked.all(
          `EXPLAIN FORMAT=TRADITIONAL DELETE FROM orderbak_run_failure WHERE run_id IN (${some.join()}) AND settled_ms IS NOT NULL`,
        );
      });
      expect(plan).toMatchObject([{ type: 'range', key: 'orderbak_run_failure_run' }]);
    },
  );
});
