import { type RawBuilder, sql } from 'kysely';
import type { Engine } from './tables.js';

/** SQL for this moment, ms since 1970, by the database's own clock, so that machines need not agree on theirs. */
export function nowMs(engine: Engine): RawBuilder<number> {
  return engine === 'mysql'
    ? sql`CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)`
    : sql`CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)`;
}
