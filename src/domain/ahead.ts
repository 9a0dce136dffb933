/**
 * What `work` makes of each item, in the order of the items, while the work on up to `depth` later ones is under way.
 * Throws what the first of them throws.
 */
export async function* ahead<Item, Made>(
  items: AsyncIterable<Item>,
  depth: number,
  work: (item: Item) => Promise<Made>,
): AsyncGenerator<Made> {
  const begun: Promise<Made>[] = [];
  for await (const item of items) {
    const made = work(item);
    // It is thrown when its turn comes; until then Node must not take it for a rejection that nobody handles.
    made.catch(() => undefined);
    begun.push(made);
    if (begun.length <= depth) continue;
    const first = begun.shift();
    if (first !== undefined) yield await first;
  }
  for (const made of begun) yield await made;
}
