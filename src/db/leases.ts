import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { isAlive } from '../jobs/is-alive.js';
import type { Holder, Leases } from '../jobs/ports.js';
import type { StepName } from '../steps/step.js';
import { nowMs } from './now.js';
import type { Database } from './tables.js';

/** Opens `orderbak_lease`. Times are the database's own clock, so that machines need not agree on theirs. */
export function openLeases({ engine, kysely }: Database): Leases {
  const now = nowMs(engine);

  const ensureRow = (name: StepName) =>
    kysely
      .insertInto('orderbak_lease')
      .values({ name, token: null, host: null, pid: null, taken_ms: 0, expires_ms: 0, fence: 0 })
      .$if(engine === 'mysql', (query) => query.onDuplicateKeyUpdate({ name }))
      .$if(engine === 'sqlite', (query) => query.onConflict((conflict) => conflict.doNothing()))
      .execute();

  /** Takes the row if nobody holds it, or if it still is the dead process's whose token is given. */
  const seize = async (name: StepName, holder: Holder, ttl: number, deadToken: string | null) => {
    const token = randomUUID();
    const result = await kysely
      .updateTable('orderbak_lease')
      .set({ ...holder, token, taken_ms: now, expires_ms: sql`${now} + ${ttl}`, fence: sql`fence + 1` })
      .where('name', '=', name)
      .where((where) =>
        where.or([
          where('expires_ms', '<=', now),
          where('token', 'is', null),
          where('token', '=', deadToken ?? ''),
        ]),
      )
      .executeTakeFirst();
    return result.numUpdatedRows === 1n ? token : null;
  };

  /** A lease from a clock that was ahead keeps nobody out for longer than another one: who has it renews it before that. */
  const cutShort = (name: StepName, ttl: number) =>
    kysely
      .updateTable('orderbak_lease')
      .set({ expires_ms: sql`${now} + ${ttl}` })
      .where('name', '=', name)
      .where('expires_ms', '>', sql<number>`${now} + ${ttl}`)
      .execute();

  return {
    async take(name, holder, ttl) {
      await ensureRow(name);
      const token = await seize(name, holder, ttl, null);
      if (token !== null) return { token };
      const row = await kysely
        .selectFrom('orderbak_lease')
        .select(['token', 'host', 'pid', 'taken_ms'])
        .where('name', '=', name)
        .executeTakeFirstOrThrow();
      const dead = row.host === holder.host && row.pid !== null && !isAlive(row.pid);
      const inherited = dead && row.token !== null ? await seize(name, holder, ttl, row.token) : null;
      if (inherited !== null) return { token: inherited };
      await cutShort(name, ttl);
      return { heldBy: { host: row.host ?? '?', pid: row.pid ?? 0, since: Number(row.taken_ms) } };
    },

    async renew(name, token, ttl) {
      const result = await kysely
        .updateTable('orderbak_lease')
        .set({ expires_ms: sql`${now} + ${ttl}`, fence: sql`fence + 1` })
        .where('name', '=', name)
        .where('token', '=', token)
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },

    async release(name, token) {
      await kysely
        .updateTable('orderbak_lease')
        .set({ token: null, host: null, pid: null, expires_ms: 0 })
        .where('name', '=', name)
        .where('token', '=', token)
        .execute();
    },

    async standing(name, host) {
      const row = await kysely
        .selectFrom('orderbak_lease')
        .select(['token', 'host', 'pid', 'taken_ms', sql<number>`expires_ms - ${now}`.as('left')])
        .where('name', '=', name)
        .executeTakeFirst();
      if (row === undefined || row.token === null || row.host === null || row.pid === null) return null;
      const here = isAlive(row.pid) ? 'alive' : 'gone';
      return {
        token: row.token,
        host: row.host,
        pid: row.pid,
        since: Number(row.taken_ms),
        left: Number(row.left),
        process: row.host === host ? here : 'elsewhere',
      };
    },
  };
}
