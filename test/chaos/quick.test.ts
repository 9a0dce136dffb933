import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { PROGRAM } from '../support/run.js';
import { FAULTS } from './faults/index.js';
import { Playground } from './play.js';

const SEED = 1;
/** Only ends a round that hangs; a fault may kill a database that takes its time to come back. */
const LIMIT_MS = 400_000;

let playground: Playground;
beforeAll(() => {
  playground = new Playground(inject('mysqlUrl'), PROGRAM);
});
afterAll(() => playground.close());

/** Both engines have their turn, but not with every fault: that is for `npm run chaos`. */
const quick = FAULTS.filter((fault) => fault.rounds.quick > 0).map((fault, index) => {
  const engine = fault.engines[index % fault.engines.length] ?? 'sqlite';
  return [fault.name, engine, fault] as const;
});

test.for(quick)(
  '%s on %s: nothing is lost, and two nights mend it',
  { timeout: LIMIT_MS },
  async ([, engine, fault], { skip }) => {
    const reason = (await fault.unavailable?.()) ?? null;
    skip(reason !== null, reason ?? '');
    const turns = Array.from({ length: fault.rounds.quick }, (_, index) => ({ engine, number: index + 1 }));
    const verdicts = await Promise.all(
      turns.map((turn) => playground.play(fault, { ...turn, seed: SEED, program: PROGRAM })),
    );
    expect(verdicts.flatMap((verdict) => verdict.violations)).toEqual([]);
    expect(Math.max(...verdicts.map((verdict) => verdict.nights))).toBeLessThanOrEqual(2);
  },
);
