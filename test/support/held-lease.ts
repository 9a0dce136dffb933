import type { World } from './worlds.js';

/** When the holder took it, ms since 1970. */
export const SINCE = Date.UTC(2026, 0, 2, 3, 4, 5);

/** Somebody holds the lease of `insert`, under the token `theirs`, for so many seconds from now. */
export async function holdInsert(world: World, host: string, pid: number, seconds: number): Promise<void> {
  const now =
    world.engine === 'sqlite' ? "(julianday('now') - 2440587.5) * 86400000" : 'UNIX_TIMESTAMP(NOW(3)) * 1000';
  await world.ask(async (database) => {
    await database.run("DELETE FROM orderbak_lease WHERE name = 'insert'");
    await database.run(
      `INSERT INTO orderbak_lease (name, token, host, pid, taken_ms, expires_ms, fence) VALUES ('insert', 'theirs', ?, ?, ?, ${now} + ?, 1)`,
      [host, pid, SINCE, seconds * 1000],
    );
  });
}
