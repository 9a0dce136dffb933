/** After so many skips in a row somebody is told. */
export const SKIPS_TO_TELL = 3;

/** What somebody is told after them. */
export function skipsText(entry: string, inARow: number): string {
  return `${entry}: it was due ${inARow} times in a row while it was still at work`;
}
