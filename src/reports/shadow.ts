import { ahead } from '../domain/ahead.js';
import { isHistory } from '../domain/old-mark.js';
import type { BakFile, FolderFacts } from '../domain/order.js';
import { whyKept } from '../domain/retention.js';
import { compareFolder, type FileFinding, type OnDisk, type Watch } from '../domain/shadow.js';
import { Doubt } from '../errors.js';
import { glanceForTrash } from '../steps/find-trash.js';
import type { FolderViews } from '../steps/ports/disk.js';
import type { FolderFactsAnswer, OrderFilter, Source } from '../steps/ports/shop.js';

const ORDERS_A_PAGE = 200;
/** While one page is compared, the next one is read. */
const PAGES_AHEAD = 1;

/** What a comparison stands on. */
export interface ShadowParts extends Watch {
  readonly source: Pick<Source, 'eligibleOrders' | 'folderFacts'>;
  readonly old: {
    orderIds(after: number, limit: number, only: OrderFilter): Promise<number[]>;
    rowsOf(orderIds: readonly number[]): Promise<BakFile[]>;
  };
  readonly views: FolderViews;
  readonly only: OrderFilter;
  /** The name of the thumbs' folder inside an order folder. */
  readonly thumbsFolder: string;
  /** The latest mtime that trash may have, ms since 1970. */
  readonly youngest: number;
}

/** What came of one folder, or of orders whose folder cannot be told. */
export interface Compared {
  readonly orders: number;
  /** How many files either side speaks of. */
  readonly files: number;
  /** Whether there is such a folder; null when that is not known. */
  readonly isThere: boolean | null;
  readonly findings: readonly FileFinding[];
}

/**
 * Compares, for every order of which orderbak or the old system speaks, a night's decisions with the old system's marks and
 * with the disk. In bounded memory; reads only.
 */
export async function* shadow(parts: ShadowParts): AsyncGenerator<Compared> {
  const read = async (page: Page) => ({ page, answer: await parts.source.folderFacts(page.ids) });
  for await (const { page, answer } of ahead(orderPages(parts), PAGES_AHEAD, read)) {
    for (const facts of answer.folders) if (isFirst(facts, page, parts)) yield compare(facts, parts);
    yield* compareHomeless(answer.homeless, parts);
  }
}

interface Page {
  readonly after: number;
  readonly ids: readonly number[];
}

/** The orders that are due, and those that have rows, ascending. */
async function* orderPages({ source, old, retention, only }: ShadowParts): AsyncGenerator<Page> {
  for (let after = Number.MIN_SAFE_INTEGER; ; ) {
    const [due, recorded] = await Promise.all([
      source.eligibleOrders(retention, after, ORDERS_A_PAGE, only),
      old.orderIds(after, ORDERS_A_PAGE, only),
    ]);
    const ids = [...new Set([...due, ...recorded])].sort((a, b) => a - b).slice(0, ORDERS_A_PAGE);
    const last = ids.at(-1);
    if (last === undefined) return;
    yield { after, ids };
    after = last;
  }
}

/** A folder that orders of several pages share is compared with the first of them. */
function isFirst(
  { orders, recorded }: FolderFacts,
  { after }: Page,
  { retention, only }: ShadowParts,
): boolean {
  const spoken = new Set(recorded.map(({ orderId }) => orderId));
  return !orders.some(
    (order) =>
      order.id <= after &&
      (only === null || only.includes(order.id)) &&
      (spoken.has(order.id) || whyKept(order, retention) === null),
  );
}

function compare(facts: FolderFacts, parts: ShadowParts): Compared {
  const { folder, orders, named, recorded } = facts;
  const count = new Set([...named, ...recorded].map(({ filename }) => filename)).size;
  try {
    const thumbs = thumbsOf(folder, parts);
    const seen = parts.views.view(folder, (view): OnDisk => {
      const { trash } = glanceForTrash(facts, view, parts.retention, parts.youngest);
      const { files, others } = view.listing;
      return { names: new Set([...files, ...others]), trash: trash.map(({ name }) => name), thumbs };
    });
    const disk = seen ?? { names: new Set<string>(), trash: [], thumbs };
    const findings = compareFolder(facts, disk, parts);
    return { orders: orders.length, files: count + disk.trash.length, isThere: seen !== null, findings };
  } catch (error) {
    if (!(error instanceof Doubt)) throw error;
    const place = { id: null, orderId: orders[0]?.id ?? 0, folder, filename: '' };
    const findings: FileFinding[] = [{ kind: 'unclear', ...place, reason: error.message }];
    return { orders: orders.length, files: count, isThere: null, findings };
  }
}

/** The thumbs of a folder; null when they lie behind a link. */
function thumbsOf(folder: string, { views, thumbsFolder }: ShadowParts): ReadonlySet<string> | null {
  try {
    return new Set(views.view(`${folder}/${thumbsFolder}`, ({ listing }) => listing.files));
  } catch (error) {
    if (error instanceof Doubt) return null;
    throw error;
  }
}

/** Where the files lay cannot be told, but the old system may have said that it removed them. */
async function* compareHomeless(
  homeless: FolderFactsAnswer['homeless'],
  parts: ShadowParts,
): AsyncGenerator<Compared> {
  if (homeless.size === 0) return;
  const rows = await parts.old.rowsOf([...homeless.keys()]);
  for (const [orderId, reason] of homeless) {
    const own = rows.filter((row) => row.orderId === orderId);
    const removed = own.filter((row) => row.unlinkTime !== null && !isHistory([row], parts));
    const place = { orderId, folder: '', reason };
    const findings: FileFinding[] =
      removed.length > 0
        ? removed.map(({ id, filename }) => ({ kind: 'removed', id, filename, ...place }))
        : [{ kind: 'unclear', id: null, filename: '', ...place }];
    yield { orders: 1, files: own.length, isThere: null, findings };
  }
}
