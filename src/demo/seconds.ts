/** `1.0 s`: one form for all, so that a column of them can be compared at a glance. Takes ms. */
export function secondsText(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
