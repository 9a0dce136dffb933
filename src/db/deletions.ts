import { sql } from 'kysely';
import type { Clock } from '../domain/clock.js';
import { EXIT } from '../errors.js';
import type { Deletions, Intent, RemovalRule } from '../steps/ports.js';
import { RunStopped } from '../steps/step.js';
import type { Database, Tables } from './tables.js';

/** Opens `orderbak_deletion`. */
export function openDeletions({ kysely }: Database, clock: Clock): Deletions {
  return {
    async intend(removals, { run, leaseToken }) {
      const [first] = removals;
      if (first === undefined) return [];
      return kysely.transaction().execute(async (transaction) => {
        // The update holds the lease's row until the intentions are written: nobody can take it over in between.
        const lease = await transaction
          .updateTable('orderbak_lease')
          .set({ fence: sql`fence + 1` })
          .where('token', '=', leaseToken)
          .executeTakeFirst();
        if (lease.numUpdatedRows !== 1n) throw leaseGone();
        await transaction
          .insertInto('orderbak_deletion')
          .values(
            removals.map(({ rowIds, ...removal }) => ({
              ...removal,
              run_id: run,
              row_ids: JSON.stringify(rowIds),
              intended_ms: clock(),
              done_ms: null,
              purged_ms: null,
            })),
          )
          .execute();
        const rows = await transaction
          .selectFrom('orderbak_deletion')
          .selectAll()
          .where('run_id', '=', run)
          .where('folder', '=', first.folder)
          .where(
            'filename',
            'in',
            removals.map((removal) => removal.filename),
          )
          .where('done_ms', 'is', null)
          .execute();
        return rows.map(intentOf);
      });
    },

    async done(intents, unlinkTime) {
      if (intents.length === 0) return;
      await kysely.transaction().execute(async (transaction) => {
        const rowIds = intents.flatMap((intent) => intent.rowIds);
        if (rowIds.length > 0) {
          await transaction
            .updateTable('tbl_bak_order')
            .set({ unlink_time: unlinkTime })
            .where('id', 'in', rowIds)
            .where('unlink_time', 'is', null)
            .execute();
        }
        await transaction
          .updateTable('orderbak_deletion')
          .set({ done_ms: clock() })
          .where(
            'id',
            'in',
            intents.map((intent) => intent.id),
          )
          .execute();
      });
    },

    async withdraw(intents) {
      if (intents.length === 0) return;
      const ids = intents.map((intent) => intent.id);
      await kysely
        .deleteFrom('orderbak_deletion')
        .where('id', 'in', ids)
        .where('done_ms', 'is', null)
        .execute();
    },

    async unsettled(rules, limit) {
      const rows = await kysely
        .selectFrom('orderbak_deletion')
        .selectAll()
        .where('done_ms', 'is', null)
        .where('rule', 'in', rules)
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(intentOf);
    },

    async waiting(doneBefore, after, limit) {
      const rows = await kysely
        .selectFrom('orderbak_deletion')
        .select(['id', 'quarantine', 'size'])
        .where('id', '>', after)
        .where('quarantine', 'is not', null)
        .where('purged_ms', 'is', null)
        .where('done_ms', '<=', doneBefore)
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map((row) => ({ id: row.id, quarantine: row.quarantine ?? '', size: Number(row.size) }));
    },

    async purged(ids) {
      if (ids.length === 0) return;
      await kysely
        .updateTable('orderbak_deletion')
        .set({ purged_ms: clock() })
        .where('id', 'in', ids)
        .execute();
    },
  };
}

function intentOf(row: Omit<Tables['orderbak_deletion'], 'id'> & { id: number }): Intent {
  return {
    id: row.id,
    // The column is only ever written from a RemovalRule and from an array of numbers, above.
    rule: row.rule as RemovalRule,
    rowIds: JSON.parse(row.row_ids) as number[],
    folder: row.folder,
    filename: row.filename,
    size: Number(row.size),
    sha256: row.sha256,
    thumb: row.thumb,
    quarantine: row.quarantine,
  };
}

function leaseGone(): RunStopped {
  return new RunStopped(
    EXIT.stopped,
    'lease-lost',
    'another process took this step over while this one was not heard of',
    'Nothing more was removed here. Look at what the other run did; the next run goes on.',
  );
}
