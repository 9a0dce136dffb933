import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openBakFiles } from '../../src/db/bak-files.js';
import { openDeletions } from '../../src/db/deletions.js';
import { openLeases } from '../../src/db/leases.js';
import { openDatabase as openOwn } from '../../src/db/open.js';
import type { Database } from '../../src/db/tables.js';
import type { BakFile } from '../../src/domain/order.js';
import type { Removal } from '../../src/steps/ports/removals.js';
import { at, openShop, type Shop } from '../steps/shop.js';
import { ENGINES } from '../support/database.js';

const RULE = { template: '{create_unix}@{create_by}', zone: 'Asia/Ho_Chi_Minh', thumbs: 'thumb' };
const HASH = 'a'.repeat(64);
const HOST = { host: 'elsewhere', pid: 1 };

describe.for(ENGINES)('what is written down before a removal on %s', (engine) => {
  let shop: Shop;
  let database: Database;
  let token: string;
  beforeAll(async () => {
    ({ shop } = await openShop(engine, [{ jobs: [{ image: 'a.txt', attach: ['b.txt'] }] }]));
    await shop.run('insert');
    database = await openOwn(shop.world.databaseUrl);
  });
  afterAll(async () => {
    await database.close();
    await shop.close();
  });
  beforeEach(async () => {
    await sql('DELETE FROM orderbak_deletion');
    await sql('DELETE FROM orderbak_lease');
    await sql(
      `UPDATE tbl_bak_order SET bak_date_time = '2026-01-02 03:04:05', file_size = 7, file_sha256 = '${HASH}',
       unlink_time = NULL, file_type = CASE filename WHEN 'a.txt' THEN 1 ELSE 2 END`,
    );
    const taken = await openLeases(database).take('unlink-backed-up', HOST, 60_000);
    token = 'token' in taken ? taken.token : '';
  });

  const sql = (text: string) => shop.world.ask((connection) => connection.run(text));
  const written = () => shop.world.ask((connection) => connection.all('SELECT * FROM orderbak_deletion'));
  let slept = 0;
  const deletions = () => openDeletions(database, () => Date.now() + slept);
  const mandate = () => ({ run: 7, leaseToken: token });

  async function removals(): Promise<Removal[]> {
    const rows: BakFile[] = await openBakFiles(database, RULE).openRows(
      { rule: 'backed-up', only: null },
      0,
      10,
    );
    const byName = [...rows].sort((a, b) => (a.filename < b.filename ? -1 : 1));
    return byName.map((row) => ({
      rule: 'backed-up',
      folder: 'f',
      filename: row.filename,
      rows: [row],
      size: 7,
      sha256: HASH,
      thumb: 'not-picture',
      quarantine: null,
      orderIds: [],
    }));
  }

  test('rows that are what was judged are claimed, and written down', async () => {
    const intents = await deletions().intend(await removals(), mandate());
    expect(intents.map((intent) => [intent.filename, intent.rowIds.length, intent.run])).toEqual([
      ['a.txt', 1, 7],
      ['b.txt', 1, 7],
    ]);
    expect(await written()).toHaveLength(2);
  });

  test('the orders whose folder it was are written down, unless it is the folder of very many', async () => {
    const judged = await removals();
    const many = Array.from({ length: 20_000 }, (_, id) => 1_000_000 + id);
    const noted = [[7, 8], many].map((orderIds, n) => ({ ...at(judged, n), orderIds }));
    await deletions().intend(noted, mandate());
    const [first, second] = await deletions().unsettled('backed-up', 0, 10);
    expect([first?.orderIds, second?.orderIds]).toEqual([[7, 8], []]);
    expect((await written()).map((row) => row.order_ids)).toEqual(['[7,8]', null]);
  });

  test.for([
    ['its mark was withdrawn', 'bak_date_time = NULL, file_size = NULL, file_sha256 = NULL'],
    ['its mark was withdrawn and given again', "bak_date_time = '2026-01-02 03:04:06'"],
    ['its receipt is of another size', 'file_size = 8'],
    ['its receipt is of other bytes', `file_sha256 = '${'b'.repeat(64)}'`],
    ['its receipt is gone', 'file_sha256 = NULL'],
    ['its type was changed', 'file_type = 4'],
    ['its name was changed', "filename = 'B.txt'"],
    ['another run has closed it', "unlink_time = '2026-01-02 03:04:05'"],
  ])('nothing is written down where one row is no longer what was judged: %s', async ([, change]) => {
    const judged = await removals();
    await sql(`UPDATE tbl_bak_order SET ${change} WHERE filename = 'b.txt'`);
    await expect(deletions().intend(judged, mandate())).rejects.toMatchObject({ name: 'Doubt' });
    expect(await written()).toEqual([]);
    await sql("UPDATE tbl_bak_order SET filename = 'b.txt' WHERE filename = 'B.txt'");
  });

  test.for([
    ['a size that an old script wrote', 'bak_date_time = NULL, file_sha256 = NULL'],
    ['a mark and a size, as an old script wrote them', 'file_sha256 = NULL'],
    ['a hash and no mark', 'bak_date_time = NULL'],
  ])('%s are no receipt: the row is what was judged until it has one', async ([, change]) => {
    await sql(`UPDATE tbl_bak_order SET file_type = 5, ${change} WHERE filename = 'b.txt'`);
    const rows = await openBakFiles(database, RULE).openRows({ rule: 'discuss', only: null }, 0, 10);
    const [first] = await removals();
    const judged = [{ ...at([first], 0), filename: 'b.txt', rows } as Removal];
    expect(rows).toMatchObject([{ filename: 'b.txt', receipt: null }]);
    expect(await deletions().intend(judged, mandate())).toHaveLength(1);
    await sql('DELETE FROM orderbak_deletion');
    await sql(`UPDATE tbl_bak_order SET bak_date_time = COALESCE(bak_date_time, '2026-01-02 03:04:05'), file_sha256 = '${HASH}'
      WHERE filename = 'b.txt'`);
    await expect(deletions().intend(judged, mandate())).rejects.toMatchObject({ name: 'Doubt' });
    expect(await written()).toEqual([]);
  });

  test('nor where the row is gone', async () => {
    const judged = await removals();
    const unknown = judged.map((each) => ({
      ...each,
      rows: each.rows.map((row) => ({ ...row, id: row.id + 999 })),
    }));
    await expect(deletions().intend(unknown, mandate())).rejects.toMatchObject({ name: 'Doubt' });
    expect(await written()).toEqual([]);
  });

  test('who lost the lease writes nothing down', async () => {
    await sql("UPDATE orderbak_lease SET token = 'theirs'");
    await expect(deletions().intend(await removals(), mandate())).rejects.toMatchObject({
      code: 'lease-lost',
    });
    expect(await written()).toEqual([]);
  });

  test('who slept since and lost the lease may not go on', async () => {
    const own = deletions();
    await own.intend(await removals(), mandate());
    await own.confirm(mandate());
    await sql("UPDATE orderbak_lease SET token = 'theirs'");
    slept = 60_000;
    await expect(own.confirm(mandate())).rejects.toMatchObject({ code: 'lease-lost' });
    slept = 0;
  });

  test('what went although another run had forgotten it is written down all the same', async () => {
    const own = deletions();
    const intents = await own.intend(await removals(), mandate());
    await own.withdraw(intents.slice(1));
    await own.done(intents, '2026-02-03 04:05:06');
    expect(await written()).toMatchObject([
      { filename: 'a.txt', run_id: 7 },
      { filename: 'b.txt', run_id: 7, rule: 'backed-up', size: 7, sha256: HASH },
    ]);
    expect((await written()).every((row) => row.done_ms !== null)).toBe(true);
    expect((await shop.rows()).every((row) => row.isUnlinked)).toBe(true);
  });

  test('a file that another step took for missing meanwhile was removed', async () => {
    const own = deletions();
    const intents = await own.intend(await removals(), mandate());
    await sql("UPDATE tbl_bak_order SET missing_time = '2026-02-03 04:05:06'");
    await own.done(intents, '2026-02-03 04:05:07');
    expect((await shop.rows()).map((row) => [row.isUnlinked, row.isMissing])).toEqual([
      [true, false],
      [true, false],
    ]);
    await sql('UPDATE tbl_bak_order SET missing_time = NULL');
  });

  test('also if all of it was forgotten', async () => {
    const own = deletions();
    const intents = await own.intend(await removals(), mandate());
    await own.withdraw(intents);
    await own.done(intents, '2026-02-03 04:05:06');
    expect(await written()).toHaveLength(2);
  });
});
