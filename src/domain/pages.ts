/** Pages of rows in ascending order of their keys: each is read from the last key of the one before on, until one is empty. */
export async function* pagesOf<Row>(
  read: (after: number) => Promise<readonly Row[]>,
  keyOf: (row: Row) => number,
  start = 0,
): AsyncGenerator<readonly Row[]> {
  for (let after = start; ; ) {
    const page = await read(after);
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    after = keyOf(last);
  }
}
