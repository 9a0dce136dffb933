import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/db/open.js';
import { ENGINES } from '../support/database.js';
import { createWorld } from '../support/worlds.js';

describe.for(ENGINES)('a database on %s that is opened to be looked at', (engine) => {
  test('refuses every change by itself, and answers questions', async () => {
    const world = await createWorld(engine);
    await world.addOrder({ jobs: [{ image: 'a.txt' }], missing: 'all' });
    const { kysely, close } = await openDatabase(world.databaseUrl, 'read-only');
    for (const change of [
      'UPDATE tbl_order SET status = 3',
      'DELETE FROM tbl_job',
      'CREATE TABLE orderbak_x (id INTEGER)',
      'DROP TABLE tbl_job_rework',
    ])
      await expect(sql.raw(change).execute(kysely), change).rejects.toThrow(/read.?only/i);
    const { rows } = await sql`SELECT status FROM tbl_order`.execute(kysely);
    expect(rows).toEqual([{ status: 9 }]);
    await close();
    await world.remove();
  });
});
