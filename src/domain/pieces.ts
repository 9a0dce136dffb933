/** A list in pieces of `size` entries, the last of which may have fewer; of an empty list there is none. */
export function* piecesOf<T>(list: readonly T[], size: number): Generator<T[]> {
  for (let i = 0; i < list.length; i += size) yield list.slice(i, i + size);
}
