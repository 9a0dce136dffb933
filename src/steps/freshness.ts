import type { Clock } from '../domain/clock.js';
import { stopwatch } from './stopwatch.js';

/** Much longer than a batch of removals takes, ms. */
const FRESH_MS = 60_000;

/**
 * Called before the database is asked what may go; what it returns tells before each removal why the answer is too old, or null.
 * A machine that slept in between finds its lease untouched where nobody else wanted it, and orders that were reopened.
 */
export function freshness(clock: Clock): () => string | null {
  const ageMs = stopwatch(clock);
  return () => (ageMs() > FRESH_MS ? 'too long ago the database was asked whether it may go' : null);
}
