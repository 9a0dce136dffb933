import { expect, test } from 'vitest';
import type { FailureBook } from '../../src/jobs/ports.js';
import { Retries } from '../../src/jobs/retries.js';
import { Tally } from '../../src/jobs/summary.js';
import { Tracker } from '../../src/jobs/tracker.js';

/** More than a call takes arguments. */
const MANY = 200_000;
const NOTHING: FailureBook = { isEmpty: true, meet: () => undefined, unmet: () => [], close() {} };

test('any number of failures are settled at once, and told again when that could not be written down', () => {
  const open: FailureBook = { ...NOTHING, isEmpty: false, unmet: () => Array.from(Array(MANY).keys()) };
  const retries = new Retries(open, { most: 5, now: 0, named: false, failedIn: null, again: true });
  const tracker = new Tracker(new Tally(), retries, () => 0);
  tracker.forgetVanished();
  const told = tracker.take('running');
  expect(told.settled).toHaveLength(MANY);
  tracker.putBack(told);
  expect(tracker.take('running').settled).toEqual(told.settled);
});

test('any number of failures that could not be written down are told again, before those that came since', () => {
  const tracker = new Tracker(
    new Tally(),
    new Retries(NOTHING, { most: 5, now: 0, named: false, failedIn: null, again: true }),
    () => 0,
  );
  const fail = (id: number) => ({ failed: [{ id, path: `${id}.jpg`, code: 'broken', message: 'broken' }] });
  for (let id = 0; id < MANY; id += 1) tracker.ended([], fail(id));
  const told = tracker.take('running');
  tracker.ended([], fail(MANY));
  tracker.putBack(told);
  expect(tracker.take('running').failures.map(({ id }) => id)).toEqual(
    Array.from({ length: MANY + 1 }, (_, id) => id),
  );
});
