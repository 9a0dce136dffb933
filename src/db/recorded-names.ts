import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { groupBy } from '../domain/group-by.js';
import { namesFile } from './bak-rows.js';
import { amongOrders, idOf } from './order-ids.js';
import type { Database, Engine, Tables } from './tables.js';

/** Rows of which at least half are asked for are asked for by a range of their own ids: they lie together on disk. */
const LOOSEST = 2;

/** A row of `tbl_bak_order`, as much of it as tells which names are known. Times are text in the shop's zone. */
export interface RecordedName extends Pick<Tables['tbl_bak_order'], 'id_order' | 'file_type' | 'filename'> {
  readonly unlinkTime: string | null;
  readonly missingTime: string | null;
}

const UNMARKED = { unlinkTime: null, missingTime: null };

/** The rows of an order that have one type: the names in one text, JSON of an array, and between which ids they lie. */
interface Group extends Pick<RecordedName, 'id_order' | 'file_type'> {
  readonly files: number;
  readonly first: number;
  readonly last: number;
  readonly names: string;
}

/**
 * Reads what is recorded of these orders, and answers what takes it apart for some of them: there are a hundred names for an
 * order, which travel as one text and are one until they are needed.
 */
export async function readRecordedNames(
  database: Database,
  ids: readonly number[],
): Promise<(some: readonly number[]) => Promise<readonly RecordedName[]>> {
  const { engine } = database;
  const isMysql = engine === 'mysql';
  const groups = isMysql ? await readGroups(database, ids) : [];
  const rows = await readRows(database, isMysql ? isMarked(engine, ids, groups) : amongOrders(engine, ids));
  const groupsOf = groupBy(groups, (group) => idOf(group.id_order));
  const rowsOf = groupBy(rows, (row) => idOf(row.id_order));
  return async (some) => {
    const cut: number[] = [];
    const found: RecordedName[] = [];
    for (const id of some) {
      const names = takeApart(groupsOf.get(id) ?? [], rowsOf.get(id) ?? []);
      if (names === null) cut.push(id);
      else for (const name of names) found.push(name);
    }
    if (cut.length === 0) return found;
    return [...found, ...(await readRows(database, sql`id_order IN (${sql.join(cut)})`))];
  };
}

/** EXPLAIN (MariaDB 10.11): range orderbak_file key_len 8 "Using where; Using index". */
async function readGroups({ engine, kysely }: Database, ids: readonly number[]): Promise<readonly Group[]> {
  // MySQL would send JSON as such, and the client would take it apart too early.
  const { rows } = await sql<Group>`
    SELECT id_order, file_type, COUNT(*) AS files, MIN(id) AS first, MAX(id) AS last,
      CONVERT(JSON_ARRAYAGG(filename) USING utf8mb4) AS names
    FROM tbl_bak_order WHERE ${amongOrders(engine, ids)} AND ${namesFile(engine)}
    GROUP BY id_order, file_type`.execute(kysely);
  return rows;
}

/** EXPLAIN (MariaDB 10.11) by ids of rows: range PRIMARY "Using where"; by orders: range orderbak_file "Using index condition; Using where". */
function isMarked(engine: Engine, ids: readonly number[], groups: readonly Group[]): RawBuilder<SqlBool> {
  let [files, first, last] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const group of groups) {
    files += Number(group.files);
    first = Math.min(first, Number(group.first));
    last = Math.max(last, Number(group.last));
  }
  const isDense = files > 0 && last - first < files * LOOSEST;
  const among = isDense ? sql`id BETWEEN ${first} AND ${last}` : amongOrders(engine, ids);
  return sql`${among} AND (unlink_time IS NOT NULL OR missing_time IS NOT NULL)`;
}

function readRows({ engine, kysely }: Database, condition: RawBuilder<SqlBool>): Promise<RecordedName[]> {
  return kysely
    .selectFrom('tbl_bak_order')
    .select(['id_order', 'file_type', 'filename', 'unlink_time as unlinkTime', 'missing_time as missingTime'])
    .where(condition)
    .where(namesFile(engine))
    .execute();
}

/** A row a name of an order, with the times of the one that was read by itself; null where a text was cut. */
function takeApart(groups: readonly Group[], rows: readonly RecordedName[]): readonly RecordedName[] | null {
  const read = groupBy(rows, keyOf);
  const found: RecordedName[] = [];
  for (const group of groups) {
    const names = namesOf(group);
    if (names === null) return null;
    for (const filename of names) {
      const row = { id_order: group.id_order, file_type: group.file_type, filename, ...UNMARKED };
      found.push((read.size === 0 ? undefined : read.get(keyOf(row))?.pop()) ?? row);
    }
  }
  // What was not among the names came between the two questions.
  for (const more of read.values()) for (const row of more) found.push(row);
  return found;
}

function keyOf({ file_type, filename }: RecordedName): string {
  return `${file_type}/${filename}`;
}

/** Null for a text that is longer than the database's `group_concat_max_len`, of which it gives just the beginning. */
function namesOf({ files, names }: Group): readonly string[] | null {
  try {
    const list: unknown = JSON.parse(names);
    const isWhole = Array.isArray(list) && list.length === Number(files);
    return isWhole && list.every((name) => typeof name === 'string') ? list : null;
  } catch {
    return null;
  }
}
