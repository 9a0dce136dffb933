import { type Kysely, sql } from 'kysely';

/** The shop's own tables, as its application made them. Times are text in the shop's zone; lists are JSON texts. */
export interface ShopTables {
  tbl_user: { id_user: number; username: string };
  tbl_order: {
    id_order: number;
    id_user: number;
    create_time: string;
    status: number;
    done_qc_time: string | null;
  };
  tbl_job: {
    id_job: number;
    id_order: number;
    image: string;
    attach: string | null;
    file_complete: string | null;
  };
  tbl_job_rework: {
    id_job_rework: number;
    id_order: number;
    id_job: number;
    attach: string | null;
    file_complete: string | null;
  };
  tbl_order_discuss: { id_discuss: number; id_order: number; message: string; file: string | null };
}

const STATEMENTS = [
  'CREATE TABLE tbl_user (id_user INTEGER PRIMARY KEY, username TEXT NOT NULL UNIQUE)',
  `CREATE TABLE tbl_order (id_order INTEGER PRIMARY KEY, id_user INTEGER NOT NULL, create_time TEXT NOT NULL,
    status INTEGER NOT NULL, done_qc_time TEXT)`,
  `CREATE TABLE tbl_job (id_job INTEGER PRIMARY KEY, id_order INTEGER NOT NULL, image TEXT, attach TEXT,
    file_complete TEXT)`,
  `CREATE TABLE tbl_job_rework (id_job_rework INTEGER PRIMARY KEY, id_order INTEGER NOT NULL, id_job INTEGER NOT NULL,
    attach TEXT, file_complete TEXT)`,
  `CREATE TABLE tbl_order_discuss (id_discuss INTEGER PRIMARY KEY, id_order INTEGER NOT NULL, message TEXT, file TEXT)`,
];

/** Makes the shop's tables in an empty database. */
export async function createShopTables(shop: Kysely<ShopTables>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(shop);
}
