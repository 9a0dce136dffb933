/** A moment, ms since 1970, as scripts read it (ISO 8601, UTC); null where there was none. */
export function isoOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
