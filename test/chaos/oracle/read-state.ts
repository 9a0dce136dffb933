import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Database, type Row, withDatabase } from '../../support/database.js';
import { readTree } from './read-tree.js';
import type { CatalogEntry, Deletion, Lease, RecordedRow, Shop, State } from './state.js';

/** Where a shop lies: a folder that holds the root, the store, and things that are nobody's business. */
export interface Places {
  readonly folder: string;
  readonly root: string;
  readonly store: string;
  readonly databaseUrl: string;
}

/** Reads all that the oracle judges: both trees, what lies around them, the database and the store's catalog. */
export async function readState(places: Places): Promise<State> {
  const { folder, root, store, databaseUrl } = places;
  const inside = [root, store].map((part) => path.relative(folder, part));
  const isOwn = (name: string) =>
    inside.includes(name) ||
    (databaseUrl.startsWith('sqlite:') && /^shop\.db(-wal|-shm|-journal)?$/.test(name));
  const takenMs = Date.now();
  const trees = {
    root: await readTree(root),
    store: await readTree(store),
    outside: await readTree(folder, isOwn),
  };
  const told = await withDatabase(databaseUrl, async (database) => ({
    shop: await readShop(database),
    rows: await readRows(database),
    deletions: await readDeletions(database),
    leases: await readLeases(database, 'server'),
  }));
  const { catalog, leases } = await readCatalog(path.join(store, '.orderbak/catalog.sqlite'));
  return { takenMs, ...trees, ...told, leases: [...told.leases, ...leases], catalog };
}

/** The shop's own tables, never orderbak's views of them. */
export async function readShop(database: Database): Promise<Shop> {
  const orders = await database.all(
    'SELECT o.*, u.username FROM tbl_order o LEFT JOIN tbl_user u ON u.id_user = o.id_user ORDER BY o.id_order',
  );
  const lists = async (table: string, column: string, type: number, plain = false) =>
    (await database.all(`SELECT id_order, ${column} AS text FROM ${table}`)).map((row) => ({
      order: Number(row.id_order),
      type,
      text: textOf(row.text),
      plain,
    }));
  return {
    orders: orders.map((row) => ({
      id: Number(row.id_order),
      user: textOf(row.username),
      status: textOf(row.status),
      createTime: textOf(row.create_time),
      doneTime: textOf(row.done_qc_time),
    })),
    lists: [
      ...(await lists('tbl_job', 'image', 1, true)),
      ...(await lists('tbl_job', 'attach', 2)),
      ...(await lists('tbl_job', 'file_complete', 3)),
      ...(await lists('tbl_job_rework', 'attach', 4)),
      ...(await lists('tbl_job_rework', 'file_complete', 3)),
      ...(await lists('tbl_order_discuss', 'file', 5)),
    ],
  };
}

async function readRows(database: Database): Promise<RecordedRow[]> {
  const rows = await database.all('SELECT * FROM tbl_bak_order ORDER BY id');
  return rows.map((row) => ({
    id: Number(row.id),
    order: Number(row.id_order),
    type: Number(row.file_type),
    filename: textOf(row.filename) ?? '',
    isMarked: row.bak_date_time !== null,
    isUnlinked: row.unlink_time !== null,
    isMissing: row.missing_time !== null,
    size: row.file_size === null ? null : Number(row.file_size),
    sha256: textOf(row.file_sha256)?.toLowerCase() ?? null,
  }));
}

async function readDeletions(database: Database): Promise<Deletion[]> {
  const rows = await database.all('SELECT * FROM orderbak_deletion ORDER BY id');
  return rows.map((row) => ({
    rule: textOf(row.rule) ?? '',
    folder: textOf(row.folder) ?? '',
    filename: textOf(row.filename) ?? '',
    thumb: textOf(row.thumb) ?? '',
    quarantine: textOf(row.quarantine),
    doneMs: row.done_ms === null ? null : Number(row.done_ms),
    purgedMs: row.purged_ms === null ? null : Number(row.purged_ms),
  }));
}

async function readLeases(database: Database, machine: string): Promise<Lease[]> {
  const rows = await database.all('SELECT name, token FROM orderbak_lease ORDER BY name');
  return rows.map((row) => ({ name: `${machine}: ${textOf(row.name)}`, isHeld: row.token !== null }));
}

/** Of a copy: looking at a catalog must not change the files of the store. */
async function readCatalog(file: string): Promise<{ catalog: CatalogEntry[]; leases: Lease[] }> {
  if (!existsSync(file)) return { catalog: [], leases: [] };
  const folder = await mkdtemp(path.join(tmpdir(), 'orderbak-oracle-'));
  try {
    for (const end of ['', '-wal']) {
      if (existsSync(file + end)) await copyFile(file + end, path.join(folder, `catalog${end}`));
    }
    return await withDatabase(`sqlite:${path.join(folder, 'catalog')}`, async (database) => {
      const tables = (await database.all("SELECT name FROM sqlite_master WHERE type = 'table'")).map(
        (row) => row.name,
      );
      return {
        catalog: tables.includes('store_file') ? await readStoreFiles(database) : [],
        leases: tables.includes('orderbak_lease') ? await readLeases(database, 'office') : [],
      };
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function readStoreFiles(database: Database): Promise<CatalogEntry[]> {
  const rows = await database.all('SELECT * FROM store_file ORDER BY folder, filename, sha256');
  return rows.map((row) => ({
    folder: textOf(row.folder) ?? '',
    filename: textOf(row.filename) ?? '',
    path: textOf(row.path) ?? '',
    sha256: textOf(row.sha256)?.toLowerCase() ?? '',
    isMarked: row.marked_ms !== null,
  }));
}

/** Names that compare as bytes may come as bytes. */
function textOf(value: Row[string]): string | null {
  if (value === null || value === undefined) return null;
  return value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : String(value);
}
