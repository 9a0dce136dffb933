/** How much one run may remove: a number of files, or a share of the files in the folders it looked at. */
export type Ceiling =
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'share'; readonly percent: number };

/** A ceiling from `500` or `50%`; null when the text is neither. */
export function parseCeiling(text: string): Ceiling | null {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(%?)\s*$/.exec(text);
  if (match === null) return null;
  const number = Number(match[1]);
  if (match[2] === '%') return number <= 100 ? { kind: 'share', percent: number } : null;
  return Number.isSafeInteger(number) ? { kind: 'count', count: number } : null;
}

/** The ceiling as it is written. */
export function ceilingText(ceiling: Ceiling): string {
  return ceiling.kind === 'count' ? String(ceiling.count) : `${ceiling.percent}%`;
}

/** Whether a plan to remove `planned` of the `seen` files goes over the ceiling. */
export function isOver(ceiling: Ceiling, planned: number, seen: number): boolean {
  return ceiling.kind === 'count' ? planned > ceiling.count : planned * 100 > ceiling.percent * seen;
}
