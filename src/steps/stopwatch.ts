import type { Clock } from '../domain/clock.js';

/** Time since now, ms. The monotonic clock stands still while a machine sleeps, and the other one may be set back: the larger counts. */
export function stopwatch(clock: Clock): () => number {
  const [wall, steady] = [clock(), performance.now()];
  return () => Math.max(clock() - wall, performance.now() - steady);
}
