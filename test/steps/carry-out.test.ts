import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openBakFiles } from '../../src/db/bak-files.js';
import { openDeletions } from '../../src/db/deletions.js';
import { openLeases } from '../../src/db/leases.js';
import { openDatabase } from '../../src/db/open.js';
import type { Database } from '../../src/db/tables.js';
import { carryOut, type Departure, type TakeAway } from '../../src/steps/carry-out.js';
import { freshness } from '../../src/steps/freshness.js';
import type { OrderFolder } from '../../src/steps/ports/disk.js';
import { DigestMemory } from '../../src/store/digest.js';
import { openOrderStore } from '../../src/store/order-store.js';
import { Pictures } from '../../src/store/pictures.js';
import { Readers } from '../../src/store/readers.js';
import { ENGINES } from '../support/database.js';
import { openShop, type Shop } from './shop.js';

const RULE = { template: '{create_unix}@{create_by}', zone: 'Asia/Ho_Chi_Minh', thumbs: 'thumb' };
const ORDER = { jobs: [{ image: 'm.txt' }], discusses: [['chat.txt']] };
const unlink: TakeAway = (folder, { filename }, stamp) => folder.unlink(filename, stamp);
const pictures = new Pictures({ size: 300 });
const readers = new Readers();
afterAll(() => readers.close());

describe.for(ENGINES)('files of several folders that leave together on %s', (engine) => {
  let shop: Shop;
  let database: Database;
  let token: string;
  let folders: OrderFolder[];
  let departures: Departure[];

  beforeEach(async () => {
    ({ shop } = await openShop(engine, [ORDER, ORDER, ORDER]));
    await shop.run('insert');
    database = await openDatabase(shop.world.databaseUrl);
    const taken = await openLeases(database).take('unlink-discuss', { host: 'here', pid: 1 }, 60_000);
    token = 'token' in taken ? taken.token : '';
    const parts = {
      rootId: async () => null,
      thumbsFolder: 'thumb',
      pictures,
      readers,
      digests: new DigestMemory(readers),
    };
    const store = openOrderStore({ ...parts, root: shop.world.root });
    const bakFiles = openBakFiles(database, RULE);
    const rows = await bakFiles.openRows({ rule: 'discuss', only: null }, 0, 10);
    departures = [];
    folders = [];
    for (const { folder: name, ...row } of await bakFiles.byId(rows.map((each) => each.id))) {
      const folder = await store.openFolder(name ?? '');
      const stamp = await folder?.stat(row.filename);
      if (!name || !folder || !stamp) throw new Error(`${row.filename} is not there`);
      folders.push(folder);
      const note = {
        rule: 'discuss',
        size: stamp.size,
        sha256: null,
        thumb: 'not-picture',
        quarantine: null,
        orderIds: [],
      } as const;
      const removal = { ...note, folder: name, filename: row.filename, rows: [row] };
      departures.push({ folder, allowed: [{ removal, stamp }] });
    }
  });
  afterEach(async () => {
    for (const folder of folders) await folder.close();
    await database.close();
    await shop.close();
  });

  const leave = (
    some: readonly Departure[],
    whyStale: () => string | null = () => null,
    takeAway = unlink,
    clock = Date.now,
  ) => {
    const deletions = openDeletions(database, clock);
    const mandate = { run: 7, leaseToken: token };
    const localNow = () => '2026-01-01 00:00:00';
    return carryOut(some, { takeAway, whyStale, mandate, deletions, localNow });
  };
  const sql = (text: string, ...values: number[]) => shop.world.ask((d) => d.run(text, values));
  const places = () =>
    departures.flatMap(({ allowed }) =>
      allowed.map(({ removal }) => path.join(removal.folder, removal.filename)),
    );
  const isThere = () => places().map((place) => existsSync(path.join(shop.world.root, place)));
  const written = async () => {
    const rows = await shop.world.ask((d) => d.all('SELECT * FROM orderbak_deletion ORDER BY id'));
    return rows.map((row) => [`${row.folder}/${row.filename}`, row.done_ms !== null]);
  };
  const unlinked = async () =>
    (await shop.world.ask((d) => d.all('SELECT * FROM tbl_bak_order WHERE file_type = 5 ORDER BY id'))).map(
      (row) => row.unlink_time !== null,
    );

  test('are written down, removed and closed together', async () => {
    expect(await leave(departures)).toMatchObject({ done: 3, held: [], failed: [] });
    expect(isThere()).toEqual([false, false, false]);
    expect(await written()).toEqual(places().map((place) => [place, true]));
    expect(await unlinked()).toEqual([true, true, true]);
  });

  test('stay in the folder of which a record was changed since, and only there', async () => {
    const id = departures[1]?.allowed[0]?.removal.rows[0]?.id ?? 0;
    await sql("UPDATE tbl_bak_order SET bak_date_time = '2026-01-01 00:00:00' WHERE id = ?", id);
    const outcome = await leave(departures);
    expect(outcome).toMatchObject({ done: 2, held: [{ id, reason: expect.stringContaining('changed') }] });
    expect(isThere()).toEqual([false, true, false]);
    expect(await unlinked()).toEqual([true, false, true]);
    expect((await written()).map(([, done]) => done)).toEqual([true, true]);
  });

  test('are not called removed in a folder that could not be made durable', async () => {
    const broken = departures.map((departure, n) =>
      n === 1
        ? { ...departure, folder: { ...departure.folder, sync: () => Promise.reject(new Error('EIO')) } }
        : departure,
    );
    const outcome = await leave(broken);
    expect(outcome).toMatchObject({ done: 2, failed: [{ path: places()[1], message: 'EIO' }] });
    expect(await unlinked()).toEqual([true, false, true]);
    expect((await written()).map(([, done]) => done)).toEqual([true, false, true]);
  });

  test('stay where the machine sleeps before their turn comes, and go when the database was asked anew', async () => {
    let now = 0;
    const sleepAfterOne: TakeAway = async (...file) => {
      now += 3_600_000;
      return unlink(...file);
    };
    const outcome = await leave(
      departures,
      freshness(() => now),
      sleepAfterOne,
    );
    const held = { reason: expect.stringContaining('too long ago') };
    expect(outcome).toMatchObject({ done: 1, held: [held, held], failed: [] });
    expect(isThere()).toEqual([false, true, true]);
    expect((await written()).map(([, done]) => done)).toEqual([true]);
    expect(
      await leave(
        departures.slice(1),
        freshness(() => now),
      ),
    ).toMatchObject({ done: 2, held: [] });
  });

  test('stay all where the lease is lost', async () => {
    await sql("UPDATE orderbak_lease SET token = 'another'");
    expect(await leave(departures)).toEqual({ stopped: expect.objectContaining({ code: 'lease-lost' }) });
    expect(isThere()).toEqual([true, true, true]);
    expect(await written()).toEqual([]);
  });

  test('are told as far as they went before the lease was lost', async () => {
    let now = 0;
    const loseItAfterOne: TakeAway = async (...file) => {
      await sql("UPDATE orderbak_lease SET token = 'another'");
      now += 3_600_000;
      return unlink(...file);
    };
    const outcome = await leave(departures, undefined, loseItAfterOne, () => now);
    expect(outcome).toMatchObject({ done: 1, held: [], failed: [], stopped: { code: 'lease-lost' } });
    expect(isThere()).toEqual([false, true, true]);
    expect(await unlinked()).toEqual([true, false, false]);
    expect((await written()).map(([, done]) => done)).toEqual([true, false, false]);
  });
});
