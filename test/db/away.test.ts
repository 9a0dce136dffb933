import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { openDatabase } from '../../src/db/open.js';
import { openDatabase as openOurs } from '../support/database.js';
import { createWorld } from '../support/worlds.js';

test('each statement on a connection that the server has dropped says that the database is away', async () => {
  const world = await createWorld('mariadb', { tables: false });
  const database = await openDatabase(world.databaseUrl);
  const ask = () =>
    database.kysely.connection().execute(async (connection) => {
      const killer = await openOurs(world.databaseUrl);
      const { rows } = await sql<{ id: number }>`SELECT CONNECTION_ID() AS id`.execute(connection);
      await killer.run(`KILL ${Number(rows[0]?.id)}`);
      await killer.close();
      const codes: unknown[] = [];
      for (const _ of [1, 2, 3])
        codes.push(
          await sql`SELECT 1`.execute(connection).then(
            () => 'answered',
            (error) => error,
          ),
        );
      return codes;
    });
  expect(await ask()).toEqual(
    [1, 2, 3].map(() => expect.objectContaining({ exit: 75, code: 'database-away' })),
  );
  await database.close();
  await world.remove();
});

test('a SQLite file that may not be written to is named; for now it is away, as a read-only server is', async () => {
  const world = await createWorld('sqlite');
  const database = await openDatabase(world.databaseUrl);
  await sql`CREATE TABLE note (words TEXT)`.execute(database.kysely);
  await sql`PRAGMA query_only = 1`.execute(database.kysely);
  await expect(sql`INSERT INTO note VALUES ('x')`.execute(database.kysely)).rejects.toMatchObject({
    exit: 75,
    code: 'database-away',
    message: expect.stringContaining(
      `may not write the database ${world.databaseUrl.slice('sqlite:'.length)}`,
    ),
    hint: expect.stringContaining('belong to this user'),
  });
  await database.close();
  await world.remove();
});
