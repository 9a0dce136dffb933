import type { PastRemoval } from '../domain/past-removal.js';
import { nullableNumber } from './nullable-number.js';
import type { Database } from './tables.js';

/** Every removal of a path that was ever written down, in its order. */
export async function pastRemovals(
  { kysely }: Database,
  folder: string,
  filename: string,
): Promise<PastRemoval[]> {
  const rows = await kysely
    .selectFrom('orderbak_deletion as d')
    .leftJoin('orderbak_run as run', 'run.id', 'd.run_id')
    .leftJoin('orderbak_restore as r', 'r.deletion_id', 'd.id')
    .where('d.filename', '=', filename)
    .where('d.folder', '=', folder)
    .select(['d.id', 'd.run_id', 'run.step', 'd.rule', 'd.size', 'd.sha256', 'd.thumb', 'd.quarantine'])
    .select(['d.intended_ms', 'd.done_ms', 'd.purged_ms', 'r.done_ms as restored_ms'])
    .orderBy('d.id')
    .execute();
  return rows.map(({ id, rule, sha256, thumb, quarantine, ...row }) => ({
    id,
    rule,
    sha256,
    thumb,
    quarantine,
    run: row.run_id,
    step: row.step ?? 'a run that is forgotten',
    size: Number(row.size),
    intended: Number(row.intended_ms),
    done: nullableNumber(row.done_ms),
    purged: nullableNumber(row.purged_ms),
    restored: nullableNumber(row.restored_ms),
  }));
}
