import { type Kysely, type Selectable, sql } from 'kysely';
import type { Clock } from '../domain/clock.js';
import { leaseLost } from '../jobs/lease.js';
import type { Deletions, Intent, Mandate, RemovalRule } from '../steps/ports/removals.js';
import { stopwatch } from '../steps/stopwatch.js';
import { claimRows } from './claim-rows.js';
import type { Database, Tables } from './tables.js';

/** A proof of the lease is good for so long, ms: much shorter than any lease, much longer than a batch of removals takes. */
const PROOF_MS = 250;
/** A folder of more orders than this moves with none of them, and they would not fit into the column. */
const MOST_ORDERS = 1000;

/** Opens `orderbak_deletion`. */
export function openDeletions({ engine, kysely }: Database, clock: Clock): Deletions {
  let proof: { token: string; ageMs: () => number } | null = null;

  /** The update holds the lease's row until the transaction ends: nobody can take it over in between. */
  const prove = async (executor: Kysely<Tables>, { leaseToken }: Mandate): Promise<void> => {
    const ageMs = stopwatch(clock);
    const lease = await executor
      .updateTable('orderbak_lease')
      .set({ fence: sql`fence + 1` })
      .where('token', '=', leaseToken)
      .executeTakeFirst();
    if (lease.numUpdatedRows !== 1n) throw leaseLost('this step');
    proof = { token: leaseToken, ageMs };
  };

  return {
    async intend(removals, mandate) {
      if (removals.length === 0) return [];
      const { run } = mandate;
      return kysely.transaction().execute(async (transaction) => {
        await prove(transaction, mandate);
        await claimRows(
          transaction,
          engine,
          removals.flatMap((removal) => removal.rows),
        );
        await transaction
          .insertInto('orderbak_deletion')
          .values(
            removals.map(({ rows, ...note }) => ({
              ...columnsOf({ ...note, run, rowIds: rows.map((row) => row.id) }),
              intended_ms: clock(),
              done_ms: null,
            })),
          )
          .execute();
        const names = removals.map((removal) => removal.filename);
        const rows = await transaction
          .selectFrom('orderbak_deletion')
          .selectAll()
          .where('run_id', '=', run)
          .where('folder', 'in', [...new Set(removals.map((removal) => removal.folder))])
          .where('filename', 'in', [...new Set(names)])
          .where('done_ms', 'is', null)
          .orderBy('id')
          .execute();
        const written = new Set(removals.map(({ folder, filename }) => `${folder}/${filename}`));
        const own = rows.filter(({ folder, filename }) => written.has(`${folder}/${filename}`));
        return own.map(intentOf);
      });
    },

    async confirm(mandate) {
      if (proof?.token === mandate.leaseToken && proof.ageMs() < PROOF_MS) return;
      await prove(kysely, mandate);
    },

    async done(intents, unlinkTime) {
      if (intents.length === 0) return;
      await kysely.transaction().execute(async (transaction) => {
        const rowIds = intents.flatMap((intent) => intent.rowIds);
        if (rowIds.length > 0) {
          await transaction
            .updateTable('tbl_bak_order')
            .set({ unlink_time: unlinkTime, missing_time: null })
            .where('id', 'in', rowIds)
            .where('unlink_time', 'is', null)
            .execute();
        }
        const ids = intents.map((intent) => intent.id);
        const done_ms = clock();
        const closed = await transaction
          .updateTable('orderbak_deletion')
          .set({ done_ms })
          .where('id', 'in', ids)
          .executeTakeFirst();
        if (closed.numUpdatedRows === BigInt(ids.length)) return;
        // A run that took over while this one slept has forgotten them, seeing the files; they went all the same.
        const rows = await transaction
          .selectFrom('orderbak_deletion')
          .select('id')
          .where('id', 'in', ids)
          .execute();
        const known = new Set(rows.map((row) => row.id));
        const forgotten = intents.filter((intent) => !known.has(intent.id));
        const values = forgotten.map((intent) => ({ ...columnsOf(intent), intended_ms: done_ms, done_ms }));
        await transaction.insertInto('orderbak_deletion').values(values).execute();
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

    async unsettled(rule, after, limit) {
      const rows = await kysely
        .selectFrom('orderbak_deletion')
        .selectAll()
        .where('done_ms', 'is', null)
        .where('rule', '=', rule)
        .where('id', '>', after)
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(intentOf);
    },
  };
}

function columnsOf({
  rule,
  folder,
  filename,
  rowIds,
  size,
  sha256,
  thumb,
  quarantine,
  orderIds,
  run,
}: Omit<Intent, 'id'>) {
  const note = { rule, folder, filename, size, sha256, thumb, quarantine };
  const order_ids = orderIds.length > MOST_ORDERS ? null : JSON.stringify(orderIds);
  return { ...note, run_id: run, row_ids: JSON.stringify(rowIds), order_ids, purged_ms: null };
}

function intentOf(row: Selectable<Tables['orderbak_deletion']>): Intent {
  return {
    id: row.id,
    run: row.run_id,
    // The column is only ever written from a RemovalRule and from an array of numbers, above.
    rule: row.rule as RemovalRule,
    rowIds: JSON.parse(row.row_ids) as number[],
    folder: row.folder,
    filename: row.filename,
    size: Number(row.size),
    sha256: row.sha256,
    thumb: row.thumb,
    quarantine: row.quarantine,
    orderIds: writtenOrderIds(row),
  };
}

/** The orders whose folder a piece of trash lay in; none where that was not written down. */
export function writtenOrderIds({ order_ids: text }: { readonly order_ids: string | null }): number[] {
  // The column is only ever written from an array of numbers, above.
  return text === null ? [] : (JSON.parse(text) as number[]);
}
