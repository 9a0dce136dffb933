import { setTimeout as wait } from 'node:timers/promises';

/** Waits so that all callers together stay below a rate. */
export interface RateLimit {
  /** Resolves when `bytes` more may pass; null = at once. */
  pass(bytes: number, signal: AbortSignal): Promise<void> | null;
}

/** A limit of `bytesPerSecond`; null = none. Up to a second's worth may pass at once. */
export function rateLimit(bytesPerSecond: number | null): RateLimit {
  if (bytesPerSecond === null) return { pass: () => null };
  // The moment, in ms, until which the line is spoken for.
  let spokenFor = 0;
  return {
    pass(bytes, signal) {
      const now = performance.now();
      spokenFor = Math.max(spokenFor, now - 1000) + (bytes / bytesPerSecond) * 1000;
      return spokenFor > now ? wait(spokenFor - now, undefined, { signal }) : null;
    },
  };
}
