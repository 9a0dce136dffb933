import type { Selectable } from 'kysely';
import type { NightStep } from '../domain/night.js';
import type { Result, ScheduleBook, Turn } from '../schedule/book.js';
import { nullableNumber } from './nullable-number.js';
import type { Database, Tables } from './tables.js';

/** How long turns are remembered, ms. */
const KEPT = 100 * 86_400_000;

/** Opens `orderbak_schedule` and `orderbak_hold`. */
export function openScheduleBook({ engine, kysely }: Database): ScheduleBook {
  const turns = (entry: NightStep, scope: string) =>
    kysely
      .selectFrom('orderbak_schedule')
      .selectAll()
      .where('entry', '=', entry)
      .where('scope', '=', scope)
      .orderBy('due_ms', 'desc');
  const one = ({ entry, scope, due }: Turn) =>
    kysely
      .updateTable('orderbak_schedule')
      .where('entry', '=', entry)
      .where('scope', '=', scope)
      .where('due_ms', '=', due);

  return {
    async last(entry, scope) {
      const row = await turns(entry, scope).limit(1).executeTakeFirst();
      return row === undefined ? null : turnOf(row);
    },

    async lastTurns(entry, scope, limit) {
      return (await turns(entry, scope).limit(limit).execute()).map(turnOf);
    },

    async begin(turn) {
      const { entry, scope, due, host, pid, begun, ended, result, exit } = turn;
      const row = {
        entry,
        scope,
        due_ms: due,
        host,
        pid,
        begun_ms: begun,
        ended_ms: ended,
        result,
        exit_code: exit,
      };
      // The primary key decides between two that come at once.
      const added = await kysely
        .insertInto('orderbak_schedule')
        .values(row)
        .$if(engine === 'mysql', (query) => query.ignore())
        .$if(engine === 'sqlite', (query) => query.onConflict((conflict) => conflict.doNothing()))
        .executeTakeFirst();
      if (added.numInsertedOrUpdatedRows !== 1n) return false;
      await kysely
        .deleteFrom('orderbak_schedule')
        .where('entry', '=', entry)
        .where('scope', '=', scope)
        .where('due_ms', '<', due - KEPT)
        .execute();
      return true;
    },

    async inherit(died, { host, pid, begun }) {
      const taken = await one(died)
        .where('result', '=', died.result)
        .where('host', '=', died.host)
        .where('pid', '=', died.pid)
        .where('begun_ms', '=', died.begun)
        .set({ host, pid, begun_ms: begun, ended_ms: null, result: 'running', exit_code: null })
        .executeTakeFirst();
      return taken.numUpdatedRows === 1n;
    },

    async end(turn, result, exit, ended) {
      await one(turn)
        .where('host', '=', turn.host)
        .where('pid', '=', turn.pid)
        .set({ result, exit_code: exit, ended_ms: ended })
        .execute();
    },

    async heldSince(host) {
      const row = await kysely
        .selectFrom('orderbak_hold')
        .select('since_ms')
        .where('host', '=', host)
        .executeTakeFirst();
      return row === undefined ? null : Number(row.since_ms);
    },

    async hold(host, since) {
      const added = await kysely
        .insertInto('orderbak_hold')
        .values({ host, since_ms: since })
        .$if(engine === 'mysql', (query) => query.ignore())
        .$if(engine === 'sqlite', (query) => query.onConflict((conflict) => conflict.doNothing()))
        .executeTakeFirst();
      return added.numInsertedOrUpdatedRows === 1n;
    },

    async letGo(host) {
      const gone = await kysely.deleteFrom('orderbak_hold').where('host', '=', host).executeTakeFirst();
      return gone.numDeletedRows === 1n;
    },
  };
}

function turnOf(row: Selectable<Tables['orderbak_schedule']>): Turn {
  return {
    // Both columns are only ever written from these words.
    entry: row.entry as NightStep,
    result: row.result as Result,
    scope: row.scope,
    due: Number(row.due_ms),
    host: row.host,
    pid: row.pid,
    begun: Number(row.begun_ms),
    ended: nullableNumber(row.ended_ms),
    exit: row.exit_code,
  };
}
