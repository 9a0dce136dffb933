import type { Counts } from '../domain/run.js';
import type { Runs } from '../jobs/ports.js';

import type { Database } from './tables.js';

const FAILURES_A_STATEMENT = 200;

/** Opens `orderbak_run` and `orderbak_run_failure`. */
export function openRuns({ kysely }: Database): Runs {
  return {
    async start({ dryRun, started, ...run }) {
      // Whoever starts a real run holds its lease: one of the same step that says it is running was killed.
      if (!dryRun) {
        await kysely
          .updateTable('orderbak_run')
          .set({ status: 'failed', ended_ms: started, error: 'it was killed' })
          .where('step', '=', run.step)
          .where('status', '=', 'running')
          .where('dry_run', '=', 0)
          .execute();
      }
      const result = await kysely
        .insertInto('orderbak_run')
        .values({
          ...run,
          dry_run: dryRun ? 1 : 0,
          started_ms: started,
          ended_ms: null,
          status: 'running',
          error: null,
        })
        .executeTakeFirstOrThrow();
      return Number(result.insertId);
    },

    async progress(run, counts, bytes) {
      await kysely.updateTable('orderbak_run').set(columnsOf(counts, bytes)).where('id', '=', run).execute();
    },

    async failures(run, failures) {
      for (let i = 0; i < failures.length; i += FAILURES_A_STATEMENT) {
        const some = failures.slice(i, i + FAILURES_A_STATEMENT);
        const values = some.map(({ id, ...failure }) => ({ ...failure, run_id: run, item_id: id }));
        await kysely.insertInto('orderbak_run_failure').values(values).execute();
      }
    },

    async finish(run, status, counts, bytes, ended, error) {
      await kysely
        .updateTable('orderbak_run')
        .set({ ...columnsOf(counts, bytes), status, ended_ms: ended, error })
        .where('id', '=', run)
        .execute();
    },
  };
}

function columnsOf(counts: Counts, bytes: number) {
  const { planned, done, skipped, held, failed } = counts;
  return { planned, done, skipped, held, failed, bytes };
}
