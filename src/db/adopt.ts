import { EXIT, OrderbakError } from '../errors.js';
import { type ExistingColumn, type ExistingTable, isNumber } from './existing-table.js';
import type { Database } from './tables.js';

const UNIQUE = 'id_order,file_type,filename,duplicate';
const NEEDED = ['id', 'id_order', 'filename', 'file_type'];
const TIMES = ['order_create_time', 'bak_date_time', 'download_time', 'unlink_time', 'missing_time'];
/** Times that say something of the file; a row gets them only from orderbak. */
const MARKS = ['bak_date_time', 'unlink_time', 'missing_time'];
const ADDED: Readonly<Record<string, string>> = {
  order_create_time: 'DATETIME NULL',
  order_create_by: 'VARCHAR(255) NULL',
  order_folder: 'TEXT NULL',
  id_job: 'BIGINT NULL',
  id_rework: 'BIGINT NULL',
  id_discuss: 'BIGINT NULL',
  bak_date_time: 'DATETIME NULL',
  download_time: 'DATETIME NULL',
  file_size: 'BIGINT NULL',
  file_sha256: 'CHAR(64) NULL',
  unlink_time: 'DATETIME NULL',
  missing_time: 'DATETIME NULL',
  thumb_fault: 'VARCHAR(255) NULL',
  duplicate: 'BIGINT NOT NULL DEFAULT 0',
};
/** So long that a unique key over it still fits into an index of InnoDB. */
const LONGEST_NAME = 700;

/**
 * The statements that make an existing `tbl_bak_order` fit, in order; none when it fits. No row and no mark is lost:
 * rows that an old script recorded twice stay, told apart by `duplicate`. `bytes` is MySQL's collation for names.
 * Throws when a column is of a type that cannot be adopted.
 */
export function adoptStatements(table: ExistingTable, engine: Database['engine'], bytes: string): string[] {
  checkTypes(table, engine);
  const statements = [...droppedKeys(table, engine), ...addedColumns(table, engine)];
  if (engine === 'mysql') statements.unshift(...alteredColumns(table));
  if (table.hasZeroTimes) {
    for (const name of ['bak_date_time', 'unlink_time']) {
      if (table.columns.has(name))
        statements.push(`UPDATE tbl_bak_order SET ${name} = NULL WHERE ${name} < '1000-01-01'`);
    }
  }
  if (engine === 'mysql') statements.push(...alteredName(table, bytes));
  if (![...table.uniqueKeys.values()].includes(UNIQUE)) {
    const columns = UNIQUE.replaceAll(',', ', ');
    statements.push(engine === 'mysql' ? TELL_APART_MYSQL : TELL_APART_SQLITE);
    statements.push(
      `CREATE UNIQUE INDEX orderbak_file ON tbl_bak_order (${engine === 'mysql' ? columns : columns.replace('filename', 'filename COLLATE BINARY')})`,
    );
  }
  if (engine === 'mysql' && !table.indexes.includes('orderbak_pending')) {
    statements.push('CREATE INDEX orderbak_pending ON tbl_bak_order (unlink_time, bak_date_time, id)');
  }
  // A table with 0000-00-00 in it cannot even be altered where the server is strict about dates.
  if (engine === 'mysql' && statements.length > 0)
    statements.unshift("SET SESSION sql_mode = 'STRICT_ALL_TABLES'");
  return statements;
}

/** Unique keys of an older script over less than (order, type, name) would refuse rows that are to be recorded. */
function droppedKeys({ uniqueKeys }: ExistingTable, engine: Database['engine']): string[] {
  return [...uniqueKeys]
    .filter(([, columns]) => refuses(columns))
    .map(([name]) =>
      engine === 'mysql' ? `DROP INDEX \`${name}\` ON tbl_bak_order` : `DROP INDEX "${name}"`,
    );
}

function refuses(columns: string): boolean {
  const words = columns.split(/[ ,]/);
  return (
    !words.includes('id') && !['id_order', 'file_type', 'filename'].every((name) => words.includes(name))
  );
}

function addedColumns({ columns }: ExistingTable, engine: Database['engine']): string[] {
  // The table's own characters may not be able to write every user, or folder.
  const anyText = engine === 'mysql' ? '$& CHARACTER SET utf8mb4' : '$&';
  return Object.entries(ADDED)
    .filter(([name]) => !columns.has(name))
    .map(([name, definition]) => [name, definition.replace(/VARCHAR\(\d+\)|TEXT/, anyText)])
    .map(([name, definition]) => `ALTER TABLE tbl_bak_order ADD COLUMN ${name} ${definition}`);
}

/** What MySQL can change in place: storage, and columns that would refuse or falsify what orderbak writes. */
function alteredColumns({ columns, isStoredWell }: ExistingTable): string[] {
  const changes = [...columns].flatMap(([name, column]) => {
    if (name === 'id_order')
      return isNumber(column) ? [] : [`${name} BIGINT ${column.nullable ? 'NULL' : 'NOT NULL'}`];
    if (NEEDED.includes(name) || name === 'duplicate') return [];
    if (name === 'order_create_by') return holdsAnyUser(column) ? [] : [`${name} ${anyUser(column)}`];
    if (TIMES.includes(name) || Object.hasOwn(ADDED, name)) {
      const marksByItself = column.followsClock || column.preset !== null;
      return column.nullable && !marksByItself ? [] : [`${name} ${typeOf(column)} NULL DEFAULT NULL`];
    }
    return isDemanded(column) ? [`\`${name}\` ${typeOf(column)} NULL`] : [];
  });
  const storage = isStoredWell ? [] : ['ALTER TABLE tbl_bak_order ENGINE = InnoDB ROW_FORMAT = DYNAMIC'];
  return [...storage, ...changes.map((change) => `ALTER TABLE tbl_bak_order MODIFY COLUMN ${change}`)];
}

/** The type with its characters: without them a changed column would get the table's, which may not hold its text. */
function typeOf({ type, charset, collation }: ExistingColumn): string {
  return charset === null ? type : `${type} CHARACTER SET ${charset} COLLATE ${collation}`;
}

/** A column of somebody else's that a row cannot do without. */
function isDemanded({ nullable, preset, isFilled }: ExistingColumn): boolean {
  return !nullable && preset === null && !isFilled;
}

function holdsAnyUser(column: ExistingColumn): boolean {
  const isLong = /text/.test(column.type) || lengthOf(column) >= 255;
  return column.nullable && column.charset === 'utf8mb4' && isLong;
}

function anyUser(column: ExistingColumn): string {
  const type = /text/.test(column.type) ? column.type : `VARCHAR(${Math.max(255, lengthOf(column))})`;
  return `${type} CHARACTER SET utf8mb4 NULL DEFAULT NULL`;
}

function alteredName({ columns, longestName }: ExistingTable, bytes: string): string[] {
  const filename = columns.get('filename');
  if (filename === undefined) return [];
  const declared = filename.type.startsWith('varchar') ? lengthOf(filename) : longestName;
  const length = Math.min(LONGEST_NAME, Math.max(255, declared));
  if (filename.collation === bytes && filename.type === `varchar(${length})`) return [];
  const nullable = filename.nullable ? 'NULL' : 'NOT NULL';
  const type = `VARCHAR(${length}) CHARACTER SET utf8mb4 COLLATE ${bytes}`;
  return [`ALTER TABLE tbl_bak_order MODIFY COLUMN filename ${type} ${nullable}`];
}

function lengthOf({ type }: ExistingColumn): number {
  return Number(/\((\d+)\)/.exec(type)?.[1] ?? 0);
}

/** Of rows for one file, one counts as the file's, a marked one if there is one; the others keep their id in `duplicate`. */
const keptRows = (name: string) => `SELECT id_order, file_type, filename,
    COALESCE(MIN(CASE WHEN bak_date_time IS NOT NULL THEN id END), MIN(id)) AS id
  FROM tbl_bak_order GROUP BY id_order, file_type, ${name} HAVING COUNT(*) > 1`;

const TELL_APART_MYSQL = `UPDATE tbl_bak_order t JOIN (
  ${keptRows('filename')}
) kept ON kept.id_order = t.id_order AND kept.file_type = t.file_type AND kept.filename = t.filename
SET t.duplicate = IF(t.id = kept.id, 0, t.id)`;

const TELL_APART_SQLITE = `UPDATE tbl_bak_order SET duplicate = CASE WHEN tbl_bak_order.id = kept.id THEN 0 ELSE tbl_bak_order.id END
FROM (
  ${keptRows('filename COLLATE BINARY')}
) kept
WHERE kept.id_order = tbl_bak_order.id_order AND kept.file_type = tbl_bak_order.file_type
  AND kept.filename = tbl_bak_order.filename COLLATE BINARY`;

function checkTypes({ columns, longestName, uniqueKeys }: ExistingTable, engine: Database['engine']): void {
  const missing = NEEDED.filter((name) => !columns.has(name));
  if (missing.length > 0) throw unfit(`it has no column ${missing.join(', ')}`);
  if (columns.get('id')?.isFilled === false)
    throw unfit('its column id does not count up by itself (AUTO_INCREMENT)');
  for (const name of TIMES) {
    const column = columns.get(name);
    if (isNumber(column)) throw unfit(`its column ${name} is ${column?.type}; orderbak needs DATETIME`);
  }
  if (longestName > LONGEST_NAME) throw unfit(`it has filenames of more than ${LONGEST_NAME} characters`);
  if (engine === 'mysql') return;
  // What MySQL alters in place, SQLite cannot.
  const strict = [...columns].filter(([name, column]) => {
    if (NEEDED.includes(name) || name === 'duplicate') return false;
    return Object.hasOwn(ADDED, name) ? !column.nullable : isDemanded(column);
  });
  if (strict.length > 0) throw unfit(`its columns ${strict.map(([name]) => name).join(', ')} are NOT NULL`);
  const id = columns.get('id_order')?.type ?? '';
  if (id === '' || /char|clob|text|blob/.test(id))
    throw unfit(`its column id_order is ${id || 'of no type'}; orderbak needs INTEGER`);
  const marking = MARKS.find((name) => columns.get(name)?.preset);
  if (marking !== undefined)
    throw unfit(`its column ${marking} has a default, which would mark every new row`);
  const fixed = [...uniqueKeys].find(([name, key]) => name.startsWith('sqlite_') && refuses(key));
  if (fixed !== undefined) throw unfit(`it is UNIQUE over (${fixed[1]}), which would refuse rows`);
}

function unfit(fault: string): OrderbakError {
  return new OrderbakError(
    EXIT.failed,
    'unfit-table',
    `the existing tbl_bak_order cannot be adopted: ${fault}`,
    'Nothing was changed. Correct the table (a copy of it first), then run `orderbak migrate` again.',
  );
}
