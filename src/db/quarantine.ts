import type { Clock } from '../domain/clock.js';
import type { Quarantine, Trashed } from '../steps/ports/removals.js';
import { writtenOrderIds } from './deletions.js';
import { nullableNumber } from './nullable-number.js';
import type { Database } from './tables.js';

/** What waits, and the question which files are its own. */
export interface QuarantineTable extends Quarantine {
  /** Which of these paths below the root belong to files that wait, or are just being put there. */
  own(paths: readonly string[]): Promise<ReadonlySet<string>>;
}

function trashIn(kysely: Database['kysely']) {
  return kysely
    .selectFrom('orderbak_deletion as d')
    .leftJoin('orderbak_restore as r', 'r.deletion_id', 'd.id')
    .where('d.quarantine', 'is not', null)
    .where('d.done_ms', 'is not', null);
}

/** Asks about removals (`d`) whose files wait in the quarantine: neither purged nor brought back (`r`). */
export function waitingIn(kysely: Database['kysely']) {
  return trashIn(kysely).where('d.purged_ms', 'is', null).where('r.done_ms', 'is', null);
}

const COLUMNS = [
  ...(['d.id', 'd.run_id', 'd.folder', 'd.filename', 'd.quarantine', 'd.size', 'd.done_ms'] as const),
  ...(['d.order_ids', 'd.purged_ms', 'r.begun_ms', 'r.done_ms as restored_ms'] as const),
];

/** Opens the record of the quarantine: rows of `orderbak_deletion` that have such a place, with `orderbak_restore`. */
export function openQuarantine({ engine, kysely }: Database, clock: Clock): QuarantineTable {
  const trashed = () => trashIn(kysely).select(COLUMNS);
  const waiting = () => waitingIn(kysely).select(COLUMNS);

  return {
    async waiting({ before, run, folders }, after, limit) {
      if (folders?.length === 0) return [];
      const rows = await waiting()
        .where('d.id', '>', after)
        .$if(before !== null, (query) => query.where('d.done_ms', '<=', before))
        .$if(run !== null, (query) => query.where('d.run_id', '=', run))
        .$if(folders !== null, (query) => query.where('d.folder', 'in', folders ?? []))
        .orderBy('d.id')
        .limit(limit)
        .execute();
      return rows.map(trashedOf);
    },

    async countWaiting() {
      const { files } = await waitingIn(kysely)
        .select(({ fn }) => fn.countAll<number>().as('files'))
        .executeTakeFirstOrThrow();
      return Number(files);
    },

    async countTaken(run) {
      const { taken, purged } = await trashIn(kysely)
        .where('d.run_id', '=', run)
        .select(({ fn }) => [fn.countAll<number>().as('taken'), fn.count<number>('d.purged_ms').as('purged')])
        .executeTakeFirstOrThrow();
      return { taken: Number(taken), purged: Number(purged) };
    },

    async byId(ids) {
      const rows = await trashed().where('d.id', 'in', ids).orderBy('d.id').execute();
      return rows.map(trashedOf);
    },

    async at(folder, filename) {
      const rows = await trashed()
        .where('d.filename', '=', filename)
        .where('d.folder', '=', folder)
        .orderBy('d.id')
        .execute();
      return rows.map(trashedOf);
    },

    async own(paths) {
      const rows = await kysely
        .selectFrom('orderbak_deletion as d')
        .leftJoin('orderbak_restore as r', 'r.deletion_id', 'd.id')
        .where('d.purged_ms', 'is', null)
        .where('r.done_ms', 'is', null)
        // The name has an index, the path has none.
        .where('d.filename', 'in', [...new Set(paths.map((path) => path.slice(path.lastIndexOf('/') + 1)))])
        .where('d.quarantine', 'in', paths)
        .select('d.quarantine')
        .execute();
      return new Set(rows.map((row) => row.quarantine ?? ''));
    },

    async purged(ids) {
      if (ids.length === 0) return;
      await kysely
        .updateTable('orderbak_deletion')
        .set({ purged_ms: clock() })
        .where('id', 'in', ids)
        .execute();
    },

    async beginRestore(files) {
      if (files.length === 0) return;
      const begun_ms = clock();
      await kysely
        .insertInto('orderbak_restore')
        .values(
          files.map(({ id, folder, filename }) => ({
            deletion_id: id,
            folder,
            filename,
            begun_ms,
            done_ms: null,
          })),
        )
        .$if(engine === 'mysql', (query) => query.onDuplicateKeyUpdate({ begun_ms }))
        .$if(engine === 'sqlite', (query) => query.onConflict((conflict) => conflict.doNothing()))
        .execute();
    },

    async restored(ids) {
      if (ids.length === 0) return;
      await kysely
        .updateTable('orderbak_restore')
        .set({ done_ms: clock() })
        .where('deletion_id', 'in', ids)
        .execute();
    },

    async withdrawRestore(ids) {
      if (ids.length === 0) return;
      await kysely
        .deleteFrom('orderbak_restore')
        .where('deletion_id', 'in', ids)
        .where('done_ms', 'is', null)
        .execute();
    },

    async halfRestored(after, limit) {
      const rows = await waiting()
        .where('r.begun_ms', 'is not', null)
        .where('d.id', '>', after)
        .orderBy('d.id')
        .limit(limit)
        .execute();
      return rows.map(trashedOf);
    },
  };
}

interface TrashedRow {
  id: number;
  run_id: number;
  folder: string;
  filename: string;
  quarantine: string | null;
  size: number;
  order_ids: string | null;
  done_ms: number | null;
  purged_ms: number | null;
  begun_ms: number | null;
  restored_ms: number | null;
}

function trashedOf({ run_id, quarantine, size, done_ms, purged_ms, ...row }: TrashedRow): Trashed {
  const { id, folder, filename, begun_ms, restored_ms } = row;
  const place = { folder, filename, quarantine: quarantine ?? '' };
  const files = { id, run: run_id, ...place, size: Number(size), orderIds: writtenOrderIds(row) };
  const times = { since: Number(done_ms), purged: nullableNumber(purged_ms) };
  return { ...files, ...times, restoring: nullableNumber(begun_ms), restored: nullableNumber(restored_ms) };
}
