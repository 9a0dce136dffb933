import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import type { Database } from './tables.js';

/** The folder `sql/` of the package. */
export const SQL_FOLDER = fileURLToPath(new URL('../../sql', import.meta.url));

/** One numbered file: a single statement, because MySQL commits each statement that changes tables by itself. */
export interface Migration {
  readonly name: string;
  readonly statement: string;
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
      return { name: name.slice(0, -'.sql'.length), statement: text.replaceAll('{{bytes}}', bytes).trim() };
    }),
  );
}

/** Brings the store's catalog up to date; each statement may be repeated, so that a killed run is simply finished. */
export async function migrateCatalog({ kysely }: Database): Promise<void> {
  const { rows } = await sql<{ user_version: number }>`PRAGMA user_version`.execute(kysely);
  const migrations = await readMigrations('catalog');
  if (rows[0]?.user_version === migrations.length) return;
  for (const { statement } of migrations) await sql.raw(statement).execute(kysely);
  await sql.raw(`PRAGMA user_version = ${migrations.length}`).execute(kysely);
}
