import { afterEach, expect, test } from 'vitest';
import { tellApart } from '../../src/db/tell-apart.js';
import { createWorld, type World } from '../support/worlds.js';

const ROWS = 2000;

let world: World;
afterEach(() => world.remove());

test('a table in which every file is recorded twice is gone through row by row, not by pairs of rows', async () => {
  world = await createWorld('mariadb');
  await world.ask(async (database) => {
    await database.run(`CREATE TABLE tbl_bak_order (id INT AUTO_INCREMENT PRIMARY KEY, id_order BIGINT, file_type INT,
      filename VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin, bak_date_time DATETIME NULL, duplicate BIGINT NOT NULL DEFAULT 0)`);
    await database.run(`INSERT INTO tbl_bak_order (id_order, file_type, filename, bak_date_time)
      SELECT 1, 1, CONCAT(seq DIV 2, '.jpg'), IF(seq % 4 = 1, '2025-01-01', NULL) FROM seq_0_to_${ROWS - 1}`);
    const readRows = async () => {
      const status = await database.all("SHOW SESSION STATUS LIKE 'Handler_read%'");
      return status.reduce((sum, row) => sum + Number(row.Value), 0);
    };
    const before = await readRows();
    await database.run(tellApart('mysql'));
    expect((await readRows()) - before).toBeLessThan(20 * ROWS);
    const told = await database.all('SELECT duplicate = 0 AS counts, bak_date_time FROM tbl_bak_order');
    // Of each pair the marked one counts, else the first.
    expect(told.filter((row) => Number(row.counts) === 1)).toHaveLength(ROWS / 2);
    expect(told.filter((row) => Number(row.counts) === 0 && row.bak_date_time !== null)).toHaveLength(0);
  });
});

test('rows without an order, a type or a name are nobody’s twins', async () => {
  world = await createWorld('sqlite');
  for (const engine of ['sqlite', 'mysql'] as const) {
    const one = engine === 'sqlite' ? world : await createWorld('mariadb');
    const told = await one.ask(async (database) => {
      await database.run(
        'CREATE TABLE tbl_bak_order (id INTEGER PRIMARY KEY, id_order INT, file_type INT, filename VARCHAR(20), bak_date_time DATETIME, duplicate INT DEFAULT 0)',
      );
      const rows = ["1, NULL, 1, 'a'", "2, NULL, 1, 'a'", "3, 1, NULL, 'a'", "4, 1, NULL, 'a'"];
      for (const row of [...rows, '5, 1, 1, NULL', '6, 1, 1, NULL', "7, 1, 1, 'a'", "8, 1, 1, 'a'"])
        await database.run(`INSERT INTO tbl_bak_order VALUES (${row}, NULL, 0)`);
      await database.run(tellApart(engine));
      return database.all('SELECT id FROM tbl_bak_order WHERE duplicate <> 0');
    });
    expect(told.map((row) => Number(row.id))).toEqual([8]);
    if (one !== world) await one.remove();
  }
});
