import { mustBeAdoptable } from './adoptable.js';
import { ADDED, isDemanded, LONGEST_NAME, NEEDED, refuses, TIMES } from './bak-columns.js';
import { type ExistingColumn, type ExistingTable, isNumber } from './existing-table.js';
import type { Engine } from './tables.js';
import { tellApart } from './tell-apart.js';

const TIME_LENGTH = '2026-10-05 12:34:56'.length;
const UNIQUE = 'id_order,file_type,filename,duplicate';

/**
 * The statements that make an existing `tbl_bak_order` fit, in order; none when it fits. No row and no mark is lost:
 * rows that an old script recorded twice stay, told apart by `duplicate`. `bytes` is MySQL's collation for names.
 * Throws when a column is of a type that cannot be adopted.
 */
export function adoptStatements(table: ExistingTable, engine: Engine, bytes: string): string[] {
  mustBeAdoptable(table, engine);
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
    statements.push(tellApart(engine));
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
function droppedKeys({ uniqueKeys }: ExistingTable, engine: Engine): string[] {
  return [...uniqueKeys]
    .filter(([, columns]) => refuses(columns))
    .map(([name]) =>
      engine === 'mysql' ? `DROP INDEX \`${name}\` ON tbl_bak_order` : `DROP INDEX "${name}"`,
    );
}

function addedColumns({ columns }: ExistingTable, engine: Engine): string[] {
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
    if (name === 'id_order' || name === 'file_type') return isNumber(column) ? [] : asNumber(name, column);
    if (NEEDED.includes(name) || name === 'duplicate') return [];
    if (name === 'order_create_by') return holdsAnyUser(column) ? [] : [`${name} ${anyUser(column)}`];
    if (TIMES.includes(name) || Object.hasOwn(ADDED, name)) {
      const marksByItself = column.followsClock || column.preset !== null;
      const roomy = { ...column, type: roomyType(name, column) };
      const fits = column.nullable && !marksByItself && roomy.type === column.type;
      return fits ? [] : [`${name} ${typeOf(roomy)} NULL DEFAULT NULL`];
    }
    return isDemanded(column) ? [`\`${name}\` ${typeOf(column)} NULL`] : [];
  });
  const storage = isStoredWell ? [] : ['ALTER TABLE tbl_bak_order ENGINE = InnoDB ROW_FORMAT = DYNAMIC'];
  return [...storage, ...changes.map((change) => `ALTER TABLE tbl_bak_order MODIFY COLUMN ${change}`)];
}

/** Of an ENUM MySQL would take the places of the words for the numbers, unless it is text first. */
function asNumber(name: string, { type, nullable }: ExistingColumn): string[] {
  const empty = nullable ? 'NULL' : 'NOT NULL';
  const asText = /^(enum|set)\b/.test(type) ? [`${name} VARCHAR(255) ${empty}`] : [];
  return [...asText, `${name} BIGINT ${empty}`];
}

/** The type with room for what orderbak writes: sizes of more than 2 GiB, and the hour of a time. */
function roomyType(name: string, column: ExistingColumn): string {
  const { type } = column;
  if (name === 'file_size' && /^(tiny|small|medium)?int\b/.test(type)) return 'bigint';
  const isShort = /^(var)?char/.test(type) && lengthOf(column) < TIME_LENGTH;
  return TIMES.includes(name) && isShort ? `varchar(${TIME_LENGTH})` : type;
}

/** The type with its characters: without them a changed column would get the table's, which may not hold its text. */
function typeOf({ type, charset, collation }: ExistingColumn): string {
  return charset === null ? type : `${type} CHARACTER SET ${charset} COLLATE ${collation}`;
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
