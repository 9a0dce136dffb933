/** How often at most a run is written down, and how long its process may be silent while it lives, ms. */
const OFTEN = 1000;
const SELDOM = 4000;

/** The pulse of a run. */
export interface Beat {
  /** Tells and looks now, or once more after what is under way. */
  now(): Promise<void>;
  /** Ends it, once what is under way is done. */
  close(): Promise<void>;
}

/**
 * Calls `tell` once a second while there is something new, and every four seconds else, so that what somebody wants on another
 * machine is heard within five. `tell` never throws, and never runs twice at once.
 */
export function startBeat(tell: () => Promise<void>, isFresh: () => boolean): Beat {
  let last = performance.now();
  let underWay: Promise<void> = Promise.resolve();
  let queued = 0;
  const now = () => {
    queued += 1;
    underWay = underWay.then(async () => {
      await tell();
      last = performance.now();
      queued -= 1;
    });
    return underWay;
  };
  // The timer keeps the process alive: a run that is paused waits for nothing else.
  const timer = setInterval(() => {
    if (queued === 0 && (isFresh() || performance.now() - last >= SELDOM - OFTEN / 2)) void now();
  }, OFTEN);
  return {
    now,
    close() {
      clearInterval(timer);
      return underWay;
    },
  };
}
