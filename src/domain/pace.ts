/** How much was done by a moment (ms since 1970): bytes moved, and files that were handled. */
export interface PacePoint {
  readonly at: number;
  readonly bytes: number;
  readonly files: number;
}

/** What is left of a plan. `bytes` is null where bytes do not tell how far it is. */
export interface Rest {
  readonly bytes: number | null;
  readonly files: number;
}

/**
 * How fast it went between two moments, and how long the rest takes at that pace: bytes a second, and ms; null where nothing
 * moved, so that nothing can be told.
 */
export function paceOf(from: PacePoint, to: PacePoint, rest: Rest): { rate: number; leftMs: number | null } {
  const ms = to.at - from.at;
  const bytes = to.bytes - from.bytes;
  const files = to.files - from.files;
  const rate = ms > 0 ? Math.round((bytes * 1000) / ms) : 0;
  const [left, moved] = rest.bytes === null ? [rest.files, files] : [rest.bytes, bytes];
  const leftMs = moved > 0 && ms > 0 ? Math.round((Math.max(left, 0) * ms) / moved) : null;
  return { rate, leftMs };
}
