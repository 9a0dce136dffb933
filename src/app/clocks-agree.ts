import prettyMs from 'pretty-ms';
import type { Database } from '../db/tables.js';
import { clockAhead } from '../db/vitals.js';
import type { Clock } from '../domain/clock.js';
import { EXIT, OrderbakError } from '../errors.js';
import type { Step } from '../steps/step.js';

const MINUTE_MS = 60_000;
/** More than any clock is inexact by, ms. */
const WRONG_MS = 60 * MINUTE_MS;

/**
 * The step, which is not ready (exit 5) while it takes files away and this machine's clock and the database's differ by more than
 * an hour: by one that is days ahead an upload is old enough for trash, and trash has waited long enough.
 */
export function whereClocksAgree<Item>(step: Step<Item>, database: Database, clock: Clock): Step<Item> {
  if (!step.removes) return step;
  return {
    ...step,
    async ready() {
      await step.ready();
      const ahead = (await clockAhead(database, clock)) ?? 0;
      if (Math.abs(ahead) > WRONG_MS) throw clocksDiffer(ahead);
    },
  };
}

function clocksDiffer(databaseAhead: number): OrderbakError {
  const minutes = Math.round(Math.abs(databaseAhead) / MINUTE_MS);
  const span = prettyMs(minutes * MINUTE_MS, { verbose: true });
  const message = `this machine's clock is ${span} ${databaseAhead > 0 ? 'behind' : 'ahead of'} the database's, and nothing can be told of how old files are`;
  const hint = 'Let both machines keep their time by NTP; `orderbak doctor` compares the clocks.';
  return new OrderbakError(EXIT.stopped, 'clock', message, hint);
}
