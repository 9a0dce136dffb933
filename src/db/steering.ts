import { sql } from 'kysely';
import { ACTIVE_STATUSES, type Wanted } from '../domain/run.js';
import { forgetRuns } from './forget-runs.js';
import type { Database } from './tables.js';

/** Writes down what somebody wants of runs; their processes read it. */
export function openSteering({ engine, kysely }: Database) {
  return {
    /** Of whole runs; null = that they go on. */
    async want(runs: readonly number[], wanted: Wanted | null): Promise<void> {
      await kysely.updateTable('orderbak_run').set({ wanted }).where('id', 'in', runs).execute();
    },

    /** Of one order of a run. */
    async wantOrder(run: number, order: number, wanted: Wanted | null): Promise<void> {
      await kysely
        .insertInto('orderbak_run_part')
        .values({ run_id: run, id_order: order, status: 'pending', wanted })
        .$if(engine === 'mysql', (query) => query.onDuplicateKeyUpdate({ wanted }))
        .$if(engine === 'sqlite', (query) =>
          query.onConflict((conflict) => conflict.columns(['run_id', 'id_order']).doUpdateSet({ wanted })),
        )
        .execute();
    },

    /** Closes runs whose process is gone. */
    async close(runs: readonly number[], now: number): Promise<void> {
      await kysely
        .updateTable('orderbak_run')
        .set({
          status: 'cancelled',
          error: 'it was cancelled when its process was gone already',
          ended_ms: sql`COALESCE(heard_ms, ${now})`,
          wanted: null,
          doorbell: null,
        })
        .where('id', 'in', runs)
        .where('status', 'in', [...ACTIVE_STATUSES, 'lost'])
        .execute();
    },

    /** Takes runs out of the record. */
    remove: (runs: readonly number[]) => forgetRuns(kysely, runs),
  };
}
