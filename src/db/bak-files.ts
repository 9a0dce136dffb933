import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { COPIED_TYPES, FILE_TYPES } from '../domain/file-type.js';
import type { FolderRule } from '../domain/folder-name.js';
import { localText } from '../domain/local-time.js';
import type { Order } from '../domain/order.js';
import { piecesOf } from '../domain/pieces.js';
import type { BakFiles, LocatedFile } from '../steps/ports/records.js';
import { type BakRow, bakFileColumns, bakFileOf, namesFile } from './bak-rows.js';
import { textOf } from './bytes.js';
import { idOf } from './order-ids.js';
import { openRecorder } from './record-new.js';
import { rememberingFolders } from './remembering-folders.js';
import { eligible } from './source.js';
import type { Database, Engine, Tables } from './tables.js';

const ALL_NUMBERS = Object.values(FILE_TYPES);
const COPIED_NUMBERS = COPIED_TYPES.map((type) => FILE_TYPES[type]);
const ROWS_A_STATEMENT = 500;
const RECEIPTS_A_STATEMENT = 1000;
const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
/** Prime, so that whoever runs every other night, or once a week, comes to all of them too. */
const TURNS = 31;

/** Recorded files, and the question where a name is known. */
export interface BakFileTable extends BakFiles {
  /** All rows of this name, of whatever order; reads the whole table. */
  named(filename: string): Promise<LocatedFile[]>;
}

/** A row together with what the shop says of its order. */
type RowWithOrder = BakRow &
  Pick<Tables['tbl_bak_order'], 'order_create_time' | 'order_create_by' | 'order_folder'> &
  Pick<Tables['orderbak_order'], 'create_time' | 'create_by' | 'folder'> & { readonly known: number | null };

/** An order that the shop has forgotten is still found by what was recorded of it. */
function orderOfRow(row: RowWithOrder): Order {
  const known = row.known !== null;
  return {
    id: idOf(row.id_order),
    createTime: textOf(known ? row.create_time : row.order_create_time),
    createBy: textOf(known ? row.create_by : row.order_create_by),
    status: null,
    doneTime: null,
    folder: textOf(known ? row.folder : row.order_folder),
  };
}

/** Opens `tbl_bak_order`. */
export function openBakFiles(database: Database, rule: FolderRule): BakFileTable {
  const { engine, kysely } = database;
  const folderName = rememberingFolders(rule);
  const update = async (ids: readonly number[], set: RawBuilder<unknown>, condition: RawBuilder<unknown>) => {
    for (const some of piecesOf(ids, ROWS_A_STATEMENT)) {
      const which = sql`id IN (${sql.join(some)})`;
      await sql`UPDATE tbl_bak_order SET ${set} WHERE ${which} AND ${condition}`.execute(kysely);
    }
  };

  /** Rows and what the shop says of their orders. Rows of an older script may mean nothing; to everybody they are not there. */
  const locatedRows = async (condition: RawBuilder<unknown>): Promise<LocatedFile[]> => {
    const { rows } = await sql<RowWithOrder>`
      SELECT ${sql.join(bakFileColumns.map((column) => sql.ref(column)))},
        tbl_bak_order.order_create_time, tbl_bak_order.order_create_by, tbl_bak_order.order_folder,
        o.id_order AS known, o.create_time, o.create_by, o.folder
      FROM tbl_bak_order
      LEFT JOIN orderbak_order o ON o.id_order = tbl_bak_order.id_order
      WHERE tbl_bak_order.file_type IN (${sql.join(ALL_NUMBERS)})
        AND ${namesFile(engine)}
        AND ${condition}`.execute(kysely);
    return rows.map((row) => ({ ...bakFileOf(row), folder: folderName(orderOfRow(row)) }));
  };

  const byId: BakFiles['byId'] = async (ids) => {
    const located: LocatedFile[] = [];
    for (const some of piecesOf(ids, ROWS_A_STATEMENT))
      located.push(...(await locatedRows(sql`tbl_bak_order.id IN (${sql.join(some)})`)));
    return located;
  };

  return {
    ...openRecorder(database),
    byId,

    /** EXPLAIN (MariaDB 10.11): o range PRIMARY, b ref orderbak_file key_len 8 "Using index condition; Using where". */
    async closedBeforeFinish({ from, to }, retention, only) {
      // The same as `wasFinishedSince` says.
      const { rows } = await sql<{ id: number }>`
        SELECT b.id FROM tbl_bak_order b JOIN (
          SELECT id_order, done_time FROM orderbak_order
          WHERE id_order BETWEEN ${from} AND ${to} AND ${eligible(engine, retention, only)}
        ) o ON o.id_order = b.id_order
        WHERE b.id_order BETWEEN ${from} AND ${to} AND b.unlink_time IS NOT NULL
          AND CAST(o.done_time AS CHAR) > CAST(b.unlink_time AS CHAR)`.execute(kysely);
      return byId(rows.map((row) => row.id));
    },

    reopen: (ids) =>
      update(
        ids,
        sql`unlink_time = NULL, bak_date_time = NULL, file_size = NULL, file_sha256 = NULL, missing_time = NULL`,
        sql`unlink_time IS NOT NULL`,
      ),

    async openRows({ rule: which, only, now }, after, limit) {
      const rows = await kysely
        .selectFrom('tbl_bak_order')
        .select(bakFileColumns)
        .where('id', '>', after)
        .where('unlink_time', 'is', null)
        .where(namesFile(engine))
        .$if(now === undefined || only === null, (query) => query.where(mayBeThere(now, rule.zone)))
        .$if(which === 'discuss', (query) => query.where('file_type', '=', FILE_TYPES.discuss))
        .$if(which === 'backed-up', (query) =>
          query.where('file_type', 'in', COPIED_NUMBERS).where('bak_date_time', 'is not', null),
        )
        .$if(only !== null, (query) => query.where('id_order', 'in', only ?? []))
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(bakFileOf);
    },

    async named(filename) {
      const rows = await locatedRows(sql`tbl_bak_order.filename = ${filename}`);
      return rows.filter((row) => row.filename === filename);
    },

    async mark(receipts, bakTime) {
      for (const some of piecesOf(receipts, RECEIPTS_A_STATEMENT)) {
        const rows = some.map(({ id, size, sha256 }) => [id, size, sha256]);
        await markStatement(engine, JSON.stringify(rows), bakTime).execute(kysely);
      }
    },

    markMissing: (ids, missingTime) =>
      update(ids, sql`missing_time = ${missingTime}`, sql`unlink_time IS NULL AND missing_time IS NULL`),

    noteThumbFault: (ids, thumbFault) =>
      update(ids, sql`thumb_fault = ${thumbFault}`, sql`unlink_time IS NULL`),

    backToRecorded: (ids) =>
      update(
        ids,
        sql`bak_date_time = NULL, file_size = NULL, file_sha256 = NULL, missing_time = NULL`,
        sql`unlink_time IS NULL`,
      ),
  };
}

/**
 * Rows that were not found missing, and those whose turn it is. A shop that cleaned up by hand has hundreds of thousands that
 * are missing for good, and to look for all of them each night would take minutes.
 *
 * EXPLAIN of `openRows` (MariaDB 10.11) is the same with and without it: range PRIMARY key_len 8 where most rows are open
 * ones, range orderbak_pending key_len 12 "Using filesort" where few are.
 */
function mayBeThere(now: number | undefined, zone: string): RawBuilder<SqlBool> {
  if (now === undefined) return sql`missing_time IS NULL`;
  const turn = Math.floor(now / DAY_MS) % TURNS;
  return sql`(missing_time IS NULL OR missing_time >= ${localText(now - WEEK_MS, zone)} OR id_order % ${TURNS} = ${turn})`;
}

/**
 * Receipts are joined, not listed as a CASE, which is gone through for each row. EXPLAIN (MariaDB 10.11): r ALL "Table
 * function: json_table", b eq_ref PRIMARY.
 */
function markStatement(engine: Engine, receipts: string, bakTime: string): RawBuilder<unknown> {
  if (engine === 'mysql') {
    return sql`
      UPDATE JSON_TABLE(${receipts}, '$[*]' COLUMNS (
        id BIGINT PATH '$[0]', size BIGINT PATH '$[1]', sha256 CHAR(64) CHARACTER SET ascii PATH '$[2]'
      )) r STRAIGHT_JOIN tbl_bak_order b ON b.id = r.id
      SET b.bak_date_time = ${bakTime}, b.missing_time = NULL, b.file_size = r.size, b.file_sha256 = r.sha256
      WHERE b.unlink_time IS NULL`;
  }
  return sql`
    UPDATE tbl_bak_order
    SET bak_date_time = ${bakTime}, missing_time = NULL,
      file_size = json_extract(r.value, '$[1]'), file_sha256 = json_extract(r.value, '$[2]')
    FROM json_each(${receipts}) r
    WHERE tbl_bak_order.id = json_extract(r.value, '$[0]') AND unlink_time IS NULL`;
}
