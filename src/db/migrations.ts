import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { messageOf } from '../errors.js';
import { splitSql } from './split-sql.js';
import type { Database } from './tables.js';

/** The folder `sql/` of the package. */
export const SQL_FOLDER = fileURLToPath(new URL('../../sql', import.meta.url));

/**
 * One numbered file. For MySQL it has a single statement, because MySQL commits each one that changes tables by itself;
 * SQLite adds only one column a statement.
 */
export interface Migration {
  readonly name: string;
  readonly statements: readonly string[];
}

/** The numbered files of a folder of `sql/migrations`, in order. `bytes` is the collation that compares names as bytes. */
export async function readMigrations(
  folder: 'mysql' | 'sqlite' | 'catalog',
  bytes = '',
): Promise<Migration[]> {
  const path = join(SQL_FOLDER, 'migrations', folder);
  const names = (await readdir(path)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(path, name), 'utf8');
      const statements = splitSql(
        text.replaceAll('{{bytes}}', bytes),
        folder === 'mysql' ? 'mysql' : 'sqlite',
      );
      return { name: name.slice(0, -'.sql'.length), statements };
    }),
  );
}

/** Brings the store's catalog up to date, in one transaction: each has the disk asked to be durable. */
export async function migrateCatalog({ kysely }: Database): Promise<void> {
  const { rows } = await sql<{ user_version: number }>`PRAGMA user_version`.execute(kysely);
  const migrations = await readMigrations('catalog');
  if (rows[0]?.user_version === migrations.length) return;
  await kysely.transaction().execute(async (transaction) => {
    for (const statement of migrations.flatMap(({ statements }) => statements)) {
      await sql
        .raw(statement)
        .execute(transaction)
        .catch((error: unknown) => {
          if (!isThereAlready(error)) throw error;
        });
    }
    await sql.raw(`PRAGMA user_version = ${migrations.length}`).execute(transaction);
  });
}

/** Whether a statement failed because a run that was killed has added its column already; neither engine can be told to look first. */
export function isThereAlready(error: unknown): boolean {
  return /duplicate column name/i.test(messageOf(error));
}
