import { join } from 'node:path';
import { Kysely, sql } from 'kysely';
import { OrderbakError } from '../errors.js';
import type { Catalog } from '../store/catalog.js';
import { OWN_FOLDER } from '../store/own-folder.js';
import { databaseDamaged, explainDatabaseError } from './explain-errors.js';
import { ExplainingDialect } from './explaining-dialect.js';
import { migrateCatalog } from './migrations.js';
import { sqliteDialect } from './sqlite.js';
import type { Database, Tables } from './tables.js';

/** Opens the SQLite file of a store, making its tables when they are missing. Throws with exit 75 when it cannot be used. */
export async function openCatalogDatabase(store: string): Promise<Database> {
  const path = pathIn(store);
  try {
    // A store may lie on a network disk, where SQLite's write-ahead log does not work: the plain journal does.
    const dialect = await sqliteDialect(path, ['journal_mode = DELETE', 'synchronous = FULL']);
    const kysely = new Kysely<Tables>({ dialect: new ExplainingDialect(dialect, path) });
    const database: Database = { engine: 'sqlite', kysely, close: () => kysely.destroy() };
    await migrateCatalog(database);
    return database;
  } catch (error) {
    const { exit, code, message, hint } = explainDatabaseError(error, path);
    throw new OrderbakError(exit, code, `the store's catalog cannot be used: ${message}`, hint, error);
  }
}

/** Reads all of a store's catalog. Throws with exit 1 when it is damaged anywhere. */
export async function mustBeSound({ kysely }: Database, store: string): Promise<void> {
  const { rows } = await sql<{ quick_check: string }>`PRAGMA quick_check(1)`.execute(kysely);
  const found = rows[0]?.quick_check ?? 'it cannot be checked';
  if (found !== 'ok') throw databaseDamaged(pathIn(store), found);
}

function pathIn(store: string): string {
  return join(store, OWN_FOLDER, 'catalog.sqlite');
}

/** Opens the catalog of the store. */
export function openCatalog({ kysely }: Database): Catalog {
  return {
    async isEmpty() {
      return (await kysely.selectFrom('store_file').select('id').limit(1).execute()).length === 0;
    },

    inFolders: (folders) =>
      kysely
        .selectFrom('store_file')
        .select(['folder', 'filename', 'path', 'size', 'sha256', 'server_id as serverId'])
        .where('folder', 'in', folders)
        .orderBy('kept_ms')
        .orderBy('id')
        .execute(),

    async add(kept, keptMs) {
      if (kept.length === 0) return;
      // One value for all rows: to build a statement of a value for each cell takes longer than to carry it out.
      const rows = JSON.stringify(
        kept.map(({ folder, filename, path, size, sha256, serverId }) => {
          return [folder, filename, path, size, sha256, serverId];
        }),
      );
      const cell = (n: number) => sql`json_extract(value, ${sql.lit(`$[${n}]`)})`;
      const ids = kept.map(({ serverId }) => serverId);
      await kysely.transaction().execute(async (transaction) => {
        // Without a WHERE of its own, SQLite would read ON CONFLICT as part of a join.
        await sql`
          INSERT INTO store_file (folder, filename, path, size, sha256, server_id, kept_ms)
          SELECT ${sql.join([0, 1, 2, 3, 4, 5].map(cell))}, ${keptMs} FROM json_each(${rows}) WHERE 1 = 1
          ON CONFLICT (folder, filename, sha256) DO UPDATE
          SET path = excluded.path, server_id = excluded.server_id, kept_ms = excluded.kept_ms`.execute(
          transaction,
        );
        await transaction.deleteFrom('store_part').where('server_id', 'in', ids).execute();
      });
    },

    async marked(serverIds, markedMs) {
      if (serverIds.length === 0) return;
      await kysely
        .updateTable('store_file')
        .set({ marked_ms: markedMs })
        .where('server_id', 'in', serverIds)
        .execute();
    },

    async unmarked(after, limit) {
      const rows = await kysely
        .selectFrom('store_file')
        .select(({ fn }) => ['server_id as id', 'path', 'size', 'sha256', fn.max('id').as('latest')])
        .where('marked_ms', 'is', null)
        .where('server_id', '>', after)
        // SQLite takes the other columns from the row of the maximum (https://sqlite.org/lang_select.html#bareagg).
        .groupBy('server_id')
        .orderBy('server_id')
        .limit(limit)
        .execute();
      return rows.map(({ latest: _, ...claim }) => claim);
    },

    async halfEtag(serverId) {
      const row = await kysely
        .selectFrom('store_part')
        .select('etag')
        .where('server_id', '=', serverId)
        .executeTakeFirst();
      return row?.etag ?? undefined;
    },

    async setHalf(serverId, etag) {
      await kysely
        .insertInto('store_part')
        .values({ server_id: serverId, etag })
        .onConflict((conflict) => conflict.column('server_id').doUpdateSet({ etag }))
        .execute();
    },

    async dropHalves(serverIds) {
      if (serverIds.length === 0) return;
      await kysely.deleteFrom('store_part').where('server_id', 'in', serverIds).execute();
    },
  };
}
