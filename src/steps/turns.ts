import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long timers and signals may wait, ms. */
const PATIENCE = 50;

/**
 * Answers what is to be awaited between two pieces of work that may never wait for anything real: now and then it lets the
 * heartbeat, signals and whoever rings have their turn.
 */
export function takingTurns(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < PATIENCE) return;
    await nextTurn();
    last = performance.now();
  };
}
