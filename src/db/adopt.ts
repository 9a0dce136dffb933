import { sql } from 'kysely';
import { EXIT, OrderbakError } from '../errors.js';
import type { Database } from './tables.js';

/** What an existing `tbl_bak_order` looks like, as far as adopting it goes. */
export interface ExistingTable {
  readonly columns: ReadonlyMap<string, ExistingColumn>;
  /** Column lists of its unique keys, joined by commas. */
  readonly uniqueKeys: readonly string[];
  readonly indexes: readonly string[];
  /** The storage engine; null where there is no choice. */
  readonly storage: string | null;
  readonly hasZeroTimes: boolean;
  /** The longest filename, in characters. */
  readonly longestName: number;
}

export interface ExistingColumn {
  /** The type as it is declared, in lower case. */
  readonly type: string;
  readonly nullable: boolean;
  readonly collation: string | null;
  readonly counts: boolean;
}

const UNIQUE = 'id_order,file_type,filename,duplicate';
const NEEDED = ['id', 'id_order', 'filename', 'file_type'];
const TIMES = ['order_create_time', 'bak_date_time', 'download_time', 'unlink_time'];
const ADDED: Readonly<Record<string, string>> = {
  order_create_time: 'DATETIME NULL',
  order_create_by: 'VARCHAR(255) NULL',
  id_job: 'BIGINT NULL',
  id_rework: 'BIGINT NULL',
  id_discuss: 'BIGINT NULL',
  bak_date_time: 'DATETIME NULL',
  download_time: 'DATETIME NULL',
  file_size: 'BIGINT NULL',
  file_sha256: 'CHAR(64) NULL',
  unlink_time: 'DATETIME NULL',
  missing_time: 'DATETIME NULL',
  duplicate: 'BIGINT NOT NULL DEFAULT 0',
};

/**
 * The statements that make an existing `tbl_bak_order` fit, in order; none when it fits. No row and no mark is lost:
 * rows that an old script recorded twice stay, told apart by `duplicate`. `bytes` is MySQL's collation for names.
 * Throws when a column is of a type that cannot be adopted.
 */
export function adoptStatements(table: ExistingTable, engine: Database['engine'], bytes: string): string[] {
  const { columns } = table;
  checkTypes(table, engine);
  const mysql = engine === 'mysql';
  const statements: string[] = [];
  const alter = (change: string) => statements.push(`ALTER TABLE tbl_bak_order ${change}`);
  if (mysql && table.storage !== null && table.storage.toLowerCase() !== 'innodb') alter('ENGINE = InnoDB');
  for (const [name, definition] of Object.entries(ADDED)) {
    const column = columns.get(name);
    if (column === undefined) alter(`ADD COLUMN ${name} ${definition}`);
    else if (mysql && !column.nullable && name !== 'duplicate')
      alter(`MODIFY COLUMN ${name} ${column.type} NULL`);
  }
  if (table.hasZeroTimes) {
    for (const name of ['bak_date_time', 'unlink_time']) {
      if (columns.has(name))
        statements.push(`UPDATE tbl_bak_order SET ${name} = NULL WHERE ${name} < '1000-01-01'`);
    }
  }
  const filename = columns.get('filename');
  if (
    mysql &&
    filename !== undefined &&
    (filename.collation !== bytes || !filename.type.startsWith('varchar'))
  ) {
    const length = Math.max(255, Number(/^varchar\((\d+)\)/.exec(filename.type)?.[1] ?? table.longestName));
    const nullable = filename.nullable ? 'NULL' : 'NOT NULL';
    alter(`MODIFY COLUMN filename VARCHAR(${length}) CHARACTER SET utf8mb4 COLLATE ${bytes} ${nullable}`);
  }
  if (!table.uniqueKeys.includes(UNIQUE)) {
    statements.push(mysql ? TELL_APART_MYSQL : TELL_APART_SQLITE);
    statements.push(`CREATE UNIQUE INDEX orderbak_file ON tbl_bak_order (${UNIQUE.replaceAll(',', ', ')})`);
  }
  if (mysql && !table.indexes.includes('orderbak_pending')) {
    statements.push('CREATE INDEX orderbak_pending ON tbl_bak_order (unlink_time, bak_date_time, id)');
  }
  return statements;
}

/** Of rows for one file, one counts as the file's, a marked one if there is one; the others keep their id in `duplicate`. */
const KEPT_ROWS = `SELECT id_order, file_type, filename,
    COALESCE(MIN(CASE WHEN bak_date_time IS NOT NULL THEN id END), MIN(id)) AS id
  FROM tbl_bak_order GROUP BY id_order, file_type, filename HAVING COUNT(*) > 1`;

const TELL_APART_MYSQL = `UPDATE tbl_bak_order t JOIN (
  ${KEPT_ROWS}
) kept ON kept.id_order = t.id_order AND kept.file_type = t.file_type AND kept.filename = t.filename
SET t.duplicate = IF(t.id = kept.id, 0, t.id)`;

const TELL_APART_SQLITE = `UPDATE tbl_bak_order SET duplicate = CASE WHEN tbl_bak_order.id = kept.id THEN 0 ELSE tbl_bak_order.id END
FROM (
  ${KEPT_ROWS}
) kept
WHERE kept.id_order = tbl_bak_order.id_order AND kept.file_type = tbl_bak_order.file_type AND kept.filename = tbl_bak_order.filename`;

function checkTypes({ columns, longestName }: ExistingTable, engine: Database['engine']): void {
  const missing = NEEDED.filter((name) => !columns.has(name));
  if (missing.length > 0) throw unfit(`it has no column ${missing.join(', ')}`);
  if (columns.get('id')?.counts === false)
    throw unfit('its column id does not count up by itself (AUTO_INCREMENT)');
  for (const name of TIMES) {
    const type = columns.get(name)?.type ?? '';
    if (/int|decimal|float|double/.test(type))
      throw unfit(`its column ${name} is ${type}; orderbak needs DATETIME`);
  }
  if (longestName > 700) throw unfit('it has filenames of more than 700 characters');
  if (engine === 'mysql') return;
  const strict = Object.keys(ADDED).filter(
    (name) => name !== 'duplicate' && columns.get(name)?.nullable === false,
  );
  if (strict.length > 0) throw unfit(`its columns ${strict.join(', ')} are NOT NULL`);
}

function unfit(fault: string): OrderbakError {
  return new OrderbakError(
    EXIT.failed,
    'unfit-table',
    `the existing tbl_bak_order cannot be adopted: ${fault}`,
    'Nothing was changed. Correct the table (a copy of it first), then run `orderbak migrate` again.',
  );
}

/** Reads what the existing `tbl_bak_order` looks like; null when there is none. */
export async function readExistingTable(database: Database): Promise<ExistingTable | null> {
  const shape =
    database.engine === 'mysql' ? await readMysqlShape(database) : await readSqliteShape(database);
  if (shape === null) return null;
  const zero = ['bak_date_time', 'unlink_time']
    .filter((name) => /date|timestamp/.test(shape.columns.get(name)?.type ?? ''))
    .map((name) => `${name} < '1000-01-01'`);
  const zeroCount = zero.length === 0 ? '0' : `SUM(CASE WHEN ${zero.join(' OR ')} THEN 1 ELSE 0 END)`;
  const length = database.engine === 'mysql' ? 'CHAR_LENGTH' : 'LENGTH';
  const longest = shape.columns.has('filename') ? `MAX(${length}(filename))` : '0';
  const { rows } = await sql
    .raw<{ zeros: number | null; longest: number | null }>(
      `SELECT ${zeroCount} AS zeros, ${longest} AS longest FROM tbl_bak_order`,
    )
    .execute(database.kysely);
  return {
    ...shape,
    hasZeroTimes: Number(rows[0]?.zeros ?? 0) > 0,
    longestName: Number(rows[0]?.longest ?? 0),
  };
}

type Shape = Omit<ExistingTable, 'hasZeroTimes' | 'longestName'>;

async function readMysqlShape({ kysely }: Database): Promise<Shape | null> {
  const columns = await sql<{
    name: string;
    type: string;
    nullable: string;
    collation: string | null;
    extra: string;
  }>`
    SELECT COLUMN_NAME AS name, COLUMN_TYPE AS type, IS_NULLABLE AS nullable, COLLATION_NAME AS collation, EXTRA AS extra
    FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'tbl_bak_order'`.execute(
    kysely,
  );
  if (columns.rows.length === 0) return null;
  const indexes = await sql<{ name: string; is_unique: number; columns: string }>`
    SELECT INDEX_NAME AS name, NON_UNIQUE = 0 AS is_unique, GROUP_CONCAT(COLUMN_NAME ORDER BY SEQ_IN_INDEX) AS columns
    FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'tbl_bak_order'
    GROUP BY INDEX_NAME, NON_UNIQUE`.execute(kysely);
  const table = await sql<{ storage: string }>`
    SELECT ENGINE AS storage FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'tbl_bak_order'`.execute(
    kysely,
  );
  return {
    columns: new Map(
      columns.rows.map((row) => [
        row.name.toLowerCase(),
        {
          type: row.type.toLowerCase(),
          nullable: row.nullable === 'YES',
          collation: row.collation,
          counts: row.extra.toLowerCase().includes('auto_increment'),
        },
      ]),
    ),
    uniqueKeys: indexes.rows
      .filter((row) => Number(row.is_unique) === 1)
      .map((row) => row.columns.toLowerCase()),
    indexes: indexes.rows.map((row) => row.name.toLowerCase()),
    storage: table.rows[0]?.storage ?? null,
  };
}

async function readSqliteShape({ kysely }: Database): Promise<Shape | null> {
  const columns = await sql<{ name: string; type: string; notnull: number; pk: number }>`
    PRAGMA table_info(tbl_bak_order)`.execute(kysely);
  if (columns.rows.length === 0) return null;
  const indexes = await sql<{ name: string; is_unique: number; columns: string }>`
    SELECT list.name, list."unique" AS is_unique,
      (SELECT GROUP_CONCAT(info.name) FROM pragma_index_info(list.name) info) AS columns
    FROM pragma_index_list('tbl_bak_order') list`.execute(kysely);
  return {
    columns: new Map(
      columns.rows.map((row) => [
        row.name.toLowerCase(),
        {
          type: row.type.toLowerCase(),
          nullable: row.notnull === 0,
          collation: null,
          counts: row.pk === 1 && row.type.toLowerCase() === 'integer',
        },
      ]),
    ),
    uniqueKeys: indexes.rows.filter((row) => row.is_unique === 1).map((row) => row.columns.toLowerCase()),
    indexes: indexes.rows.map((row) => row.name),
    storage: null,
  };
}
