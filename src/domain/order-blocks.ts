/** So many ids make a block. */
export const IDS_A_BLOCK = 1000;
const ORDERS_A_RANGE = 1000;

/** Orders of one block of ids, the first and the last of them, and how many they are. */
export interface OrderBlock {
  /** The ids divided by `IDS_A_BLOCK`, towards zero, as databases divide. */
  readonly block: number;
  readonly from: number;
  readonly to: number;
  readonly orders: number;
}

/** All ids of the blocks from one id's to another's, both ends included. */
export function wholeBlocks(from: number, to: number): { from: number; to: number } {
  const first = Math.trunc(from / IDS_A_BLOCK);
  const last = Math.trunc(to / IDS_A_BLOCK);
  const rest = IDS_A_BLOCK - 1;
  return {
    from: first > 0 ? first * IDS_A_BLOCK : first * IDS_A_BLOCK - rest,
    to: last < 0 ? last * IDS_A_BLOCK : last * IDS_A_BLOCK + rest,
  };
}

/** Ranges of ids that hold the orders of these blocks, ascending, without those that are skipped; small blocks share a range. */
export function* rangesOf(
  blocks: readonly OrderBlock[],
  isSkipped: (block: number) => boolean,
): Generator<{ from: number; to: number }> {
  let some: OrderBlock[] = [];
  const range = () => ({ from: some.at(0)?.from ?? 0, to: some.at(-1)?.to ?? 0 });
  for (const block of blocks) {
    const skips = isSkipped(block.block);
    const orders = some.reduce((sum, one) => sum + one.orders, block.orders);
    if (some.length > 0 && (skips || orders > ORDERS_A_RANGE)) {
      yield range();
      some = [];
    }
    if (!skips) some.push(block);
  }
  if (some.length > 0) yield range();
}
