import { sql } from 'kysely';
import type { Database } from './tables.js';

/** What an existing `tbl_bak_order` looks like, as far as adopting it goes. */
export interface ExistingTable {
  readonly columns: ReadonlyMap<string, ExistingColumn>;
  /** Its unique keys by name, without the primary one; the columns of each are joined by commas. */
  readonly uniqueKeys: ReadonlyMap<string, string>;
  readonly indexes: readonly string[];
  /** Whether it is stored so that rows are safe and long names can be indexed. */
  readonly isStoredWell: boolean;
  /** Whether marks of an older script mean "never", as `0000-00-00` does. */
  readonly hasZeroTimes: boolean;
  /** The longest filename, in characters. */
  readonly longestName: number;
  /** Of columns that have to hold numbers and are declared as text, a text in it that is none. MySQL only. */
  readonly noNumbers: ReadonlyMap<string, string>;
}

/** Columns that orderbak compares with numbers: MySQL fails over other text, and counts the words of an ENUM instead. */
const COUNTED = ['id_order', 'file_type'];

export interface ExistingColumn {
  /** The type as it is declared, in lower case. */
  readonly type: string;
  readonly nullable: boolean;
  readonly charset: string | null;
  readonly collation: string | null;
  /** What a row gets that does not name the column; null = nothing. */
  readonly preset: string | null;
  /** Whether it is filled by the database itself: counted up, computed. */
  readonly isFilled: boolean;
  /** Whether any change of a row writes the time into it. */
  readonly followsClock: boolean;
}

type Shape = Omit<ExistingTable, 'hasZeroTimes' | 'longestName' | 'noNumbers'>;

/** Reads what the existing `tbl_bak_order` looks like; null when there is none. */
export async function readExistingTable(database: Database): Promise<ExistingTable | null> {
  const shape =
    database.engine === 'mysql' ? await readMysqlShape(database) : await readSqliteShape(database);
  if (shape === null) return null;
  const zero = ['bak_date_time', 'unlink_time']
    .filter((name) => shape.columns.has(name) && !isNumber(shape.columns.get(name)))
    .map((name) => `${name} < '1000-01-01'`);
  const zeroCount = zero.length === 0 ? '0' : `SUM(CASE WHEN ${zero.join(' OR ')} THEN 1 ELSE 0 END)`;
  const length = database.engine === 'mysql' ? 'CHAR_LENGTH' : 'LENGTH';
  const longest = shape.columns.has('filename') ? `MAX(${length}(filename))` : '0';
  const texts = COUNTED.filter((name) => database.engine === 'mysql' && isText(shape.columns.get(name)));
  const odd = texts.map((name) => {
    const text = `CAST(${name} AS CHAR)`;
    return `, MAX(CASE WHEN ${text} NOT REGEXP '^-?[0-9]{1,18}$' THEN ${text} END) AS ${name}`;
  });
  const { rows } = await sql
    .raw<Record<string, number | string | null>>(
      `SELECT ${zeroCount} AS zeros, ${longest} AS longest${odd.join('')} FROM tbl_bak_order`,
    )
    .execute(database.kysely);
  const found = rows[0] ?? {};
  return {
    ...shape,
    hasZeroTimes: Number(found.zeros ?? 0) > 0,
    longestName: Number(found.longest ?? 0),
    noNumbers: new Map(
      texts.flatMap((name) => {
        const text = found[name] ?? null;
        return text === null ? [] : [[name, String(text)]];
      }),
    ),
  };
}

/** Whether a column holds numbers. */
export function isNumber(column: ExistingColumn | undefined): boolean {
  return /int|decimal|numeric|float|double|real/.test(kindOf(column));
}

function isText(column: ExistingColumn | undefined): boolean {
  return column !== undefined && !isNumber(column);
}

/** The type without its length, or the words of an ENUM. */
function kindOf(column: ExistingColumn | undefined): string {
  return column?.type.replace(/\(.*\)/, '') ?? '';
}

async function readMysqlShape({ kysely }: Database): Promise<Shape | null> {
  const columns = await sql<{
    name: string;
    type: string;
    nullable: string;
    charset: string | null;
    collation: string | null;
    preset: string | null;
    extra: string;
  }>`
    SELECT COLUMN_NAME AS name, COLUMN_TYPE AS type, IS_NULLABLE AS nullable, CHARACTER_SET_NAME AS charset,
      COLLATION_NAME AS collation, COLUMN_DEFAULT AS preset, EXTRA AS extra
    FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'tbl_bak_order'`.execute(
    kysely,
  );
  if (columns.rows.length === 0) return null;
  const indexes = await sql<{ name: string; is_unique: number; columns: string }>`
    SELECT INDEX_NAME AS name, NON_UNIQUE = 0 AS is_unique, GROUP_CONCAT(COLUMN_NAME ORDER BY SEQ_IN_INDEX) AS columns
    FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'tbl_bak_order'
    GROUP BY INDEX_NAME, NON_UNIQUE`.execute(kysely);
  const table = await sql<{ storage: string | null; format: string | null }>`
    SELECT ENGINE AS storage, ROW_FORMAT AS format
    FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'tbl_bak_order'`.execute(
    kysely,
  );
  const { storage = '', format = '' } = table.rows[0] ?? {};
  return {
    columns: new Map(
      columns.rows.map((row) => [
        row.name.toLowerCase(),
        {
          type: row.type.toLowerCase(),
          nullable: row.nullable === 'YES',
          charset: row.charset,
          collation: row.collation,
          // MariaDB writes the word where MySQL has nothing.
          preset: row.preset === 'NULL' ? null : row.preset,
          isFilled: /auto_increment|virtual|stored|persistent/i.test(row.extra),
          followsClock: /on update/i.test(row.extra),
        },
      ]),
    ),
    uniqueKeys: new Map(
      indexes.rows
        .filter((row) => Number(row.is_unique) === 1 && row.name !== 'PRIMARY')
        .map((row) => [row.name, row.columns.toLowerCase()]),
    ),
    indexes: indexes.rows.map((row) => row.name.toLowerCase()),
    isStoredWell: /^innodb$/i.test(storage ?? '') && !/^(compact|redundant)$/i.test(format ?? ''),
  };
}

async function readSqliteShape({ kysely }: Database): Promise<Shape | null> {
  const columns = await sql<{
    name: string;
    type: string;
    notnull: number;
    preset: string | null;
    pk: number;
  }>`
    SELECT name, type, "notnull", dflt_value AS preset, pk FROM pragma_table_info('tbl_bak_order')`.execute(
    kysely,
  );
  if (columns.rows.length === 0) return null;
  // A column that compares without case says so after its name.
  const indexes = await sql<{ name: string; is_unique: number; origin: string; columns: string }>`
    SELECT list.name, list."unique" AS is_unique, list.origin,
      (SELECT GROUP_CONCAT(info.name || CASE info.coll WHEN 'BINARY' THEN '' ELSE ' ' || info.coll END)
        FROM pragma_index_xinfo(list.name) info WHERE info.key = 1) AS columns
    FROM pragma_index_list('tbl_bak_order') list`.execute(kysely);
  return {
    columns: new Map(
      columns.rows.map((row) => [
        row.name.toLowerCase(),
        {
          type: row.type.toLowerCase(),
          nullable: row.notnull === 0,
          charset: null,
          collation: null,
          preset: row.preset === null || /^null$/i.test(row.preset) ? null : row.preset,
          isFilled: row.pk === 1 && row.type.toLowerCase() === 'integer',
          followsClock: false,
        },
      ]),
    ),
    uniqueKeys: new Map(
      indexes.rows
        .filter((row) => row.is_unique === 1 && row.origin !== 'pk')
        .map((row) => [row.name, row.columns.toLowerCase()]),
    ),
    indexes: indexes.rows.map((row) => row.name),
    isStoredWell: true,
  };
}
