import { type Database, insertRows, type Value } from './database.js';
import { type Kind, namesOf, type PlantedOrder } from './planting.js';

/** The table as the scripts before orderbak made it. */
const COLUMNS = {
  mariadb: `id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, id_order INT NOT NULL, order_create_time DATETIME NULL,
    order_create_by VARCHAR(100) NULL, id_job INT NULL, id_rework INT NULL, id_discuss INT NULL,
    filename VARCHAR(255) NOT NULL, file_type TINYINT NOT NULL, bak_date_time DATETIME NULL`,
  sqlite: `id INTEGER PRIMARY KEY AUTOINCREMENT, id_order INT NOT NULL, order_create_time DATETIME,
    order_create_by VARCHAR(100) COLLATE NOCASE, id_job INT, id_rework INT, id_discuss INT,
    filename VARCHAR(255) NOT NULL COLLATE NOCASE, file_type TINYINT NOT NULL, bak_date_time DATETIME`,
};

const TYPES: Partial<Record<Kind, number>> = { main: 1, ref: 2, complete: 3, rework: 4, discuss: 5 };

export interface OldRow {
  readonly order: number;
  readonly name: string;
  readonly type: number;
  readonly mark: string | null;
}

export interface OldRecordsPlan {
  readonly orders: readonly PlantedOrder[];
  readonly mark: (order: PlantedOrder, type: number) => string | null;
  /** Orders that the old script recorded in two of its runs; the second run knew nothing of a mark. */
  readonly isTwice: (order: PlantedOrder) => boolean;
}

export async function createOldRecords(database: Database, plan: OldRecordsPlan): Promise<void> {
  const charset =
    database.engine === 'mariadb' ? ' ENGINE=InnoDB DEFAULT CHARSET=latin1 COLLATE=latin1_swedish_ci' : '';
  await database.run(`CREATE TABLE tbl_bak_order (${COLUMNS[database.engine]})${charset}`);
  const rows = plan.orders.flatMap((order) => rowsOf(order, plan));
  await database.run('BEGIN');
  await insertRows(
    database,
    'tbl_bak_order',
    ['id_order', 'order_create_time', 'order_create_by', 'filename', 'file_type', 'bak_date_time'],
    rows,
  );
  await database.run('COMMIT');
}

function rowsOf(order: PlantedOrder, { mark, isTwice }: OldRecordsPlan): Value[][] {
  const first = namesOf(order.plan).flatMap(({ kind, name }) => {
    const type = TYPES[kind];
    // What its character set could not hold never came into this table.
    if (type === undefined || !isLatin(name)) return [];
    return [[order.id, '2025-01-01 10:00:00', order.plan.user ?? '', name, type, mark(order, type)]];
  });
  return isTwice(order) ? [...first, ...first.map((row) => [...row.slice(0, -1), null])] : first;
}

function isLatin(name: string): boolean {
  return [...name].every((letter) => (letter.codePointAt(0) ?? 0) < 256);
}
