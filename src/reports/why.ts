import { baseName } from '../domain/file-name.js';
import type { BakFile, BrokenList, FolderFacts } from '../domain/order.js';
import type { PastRemoval } from '../domain/past-removal.js';
import type { FilePlace } from '../domain/typed-path.js';
import type { LocatedFile } from '../steps/ports/records.js';
import type { Source } from '../steps/ports/shop.js';
import { type Judgement, judgeFile } from './judge-file.js';
import { type Sight, type SightParts, see } from './sight.js';

/** What it takes to answer for a file. */
export interface WhyParts extends SightParts {
  readonly source: Pick<Source, 'factsIn'>;
  readonly rows: {
    byId(ids: readonly number[]): Promise<LocatedFile[]>;
    named(filename: string): Promise<LocatedFile[]>;
  };
  /** The first few lists of these orders that cannot be read. */
  brokenLists(orders: ReadonlySet<number>): Promise<BrokenList[]>;
  removalsOf(folder: string, filename: string): Promise<PastRemoval[]>;
}

/** All that is known of one file. */
export interface Account extends FilePlace {
  readonly facts: FolderFacts;
  readonly broken: readonly BrokenList[];
  readonly rows: readonly BakFile[];
  readonly sight: Sight;
  readonly removals: readonly PastRemoval[];
}

/** What is known of a file, null where not even its place is, and what it means. */
export interface Answer extends Judgement {
  readonly account: Account | null;
}

/** The answer for a row of `tbl_bak_order`. */
export async function whyRow(id: number, parts: WhyParts): Promise<Answer> {
  const [row] = await parts.rows.byId([id]);
  const nothing = { account: null, removal: null, next: null };
  if (row === undefined)
    return { ...nothing, status: 'unknown', reason: `no row of tbl_bak_order has the id ${id}` };
  if (row.folder === null)
    return { ...nothing, status: 'held', reason: `the folder of order ${row.orderId} cannot be told` };
  return why({ folder: row.folder, filename: row.filename }, parts);
}

/** Gathers what shop, records and disk say of a file, and what the steps would do with it today. Reads only. */
export async function why({ folder, filename }: FilePlace, parts: WhyParts): Promise<Answer> {
  const [facts] = await parts.source.factsIn(new Map([[folder, []]]));
  if (facts === undefined) throw new Error(`nothing was answered about ${folder}`);
  const own = facts.recorded.filter(
    (row) => row.filename === filename || baseName(row.filename) === filename,
  );
  const forgotten = new Set(facts.orders.filter((order) => order.isForgotten).map((order) => order.id));
  // Of an order that the shop has forgotten, rows that are closed are not among the facts.
  const others =
    own.length > 0 ? [] : (await parts.rows.named(filename)).filter((row) => row.folder === folder);
  const rows = [...own, ...others];
  const strays = [...own.filter((row) => forgotten.has(row.orderId)), ...others];
  const broken = await parts.brokenLists(facts.unreadable);
  const removals = await parts.removalsOf(folder, filename);
  const sight = await see(filename, facts, rows, parts);
  const account = { folder, filename, facts, broken, rows, sight, removals };
  return { account, ...judgeFile({ ...account, strays }, parts.retention) };
}
