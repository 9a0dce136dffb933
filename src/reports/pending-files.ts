import { ahead } from '../domain/ahead.js';
import type { ListedFile } from '../domain/wire.js';
import type { OrderStore } from '../steps/ports/disk.js';
import type { LocatedRow, PendingFilter, PendingRow, PendingRows } from '../steps/ports/records.js';
import { glancesAt } from './glances.js';

const PAGE = 2000;
const PAGES_AHEAD = 2;

/** The rows that wait, and the disk on which their files are looked for. */
export interface PendingParts {
  readonly pending: PendingRows;
  readonly store: Pick<OrderStore, 'statAll' | 'checkRoot'>;
}

/** One page of the files that wait for the office, ascending by id, above `after`; what is not on disk, or cannot be looked at, has no size. */
export async function pendingPage(
  { pending, store }: PendingParts,
  filter: PendingFilter,
  after: number,
  limit: number,
): Promise<ListedFile[]> {
  return listed(await pending.locate(await pending.read(filter, after, limit)), store);
}

/** All files that wait for the office, a page at a time. While some pages are looked up on the disk, the next ones are read. */
export async function* pendingFiles(
  { pending, store }: PendingParts,
  filter: PendingFilter,
): AsyncGenerator<ListedFile[]> {
  const pages = ahead(rowsOf(pending, filter), PAGES_AHEAD, (rows) => pending.locate(rows));
  for await (const page of pages) yield await listed(page, store);
}

/** Pages of rows. While one is looked at, the next one is read. */
async function* rowsOf(pending: PendingRows, filter: PendingFilter): AsyncGenerator<readonly PendingRow[]> {
  let next = pending.read(filter, 0, PAGE);
  for (;;) {
    const page = await next;
    const last = page.at(-1);
    if (last === undefined) return;
    next = pending.read(filter, last.id, PAGE);
    // Awaited above, or never when the reader has seen enough.
    next.catch(() => undefined);
    yield page;
  }
}

async function listed(page: readonly LocatedRow[], store: PendingParts['store']): Promise<ListedFile[]> {
  const found = await glancesAt(page, store);
  return page.map(({ id, orderId, type, filename, folder }, index) => {
    const glance = found[index] ?? null;
    return {
      id,
      id_order: orderId,
      folder: folder ?? '',
      filename,
      file_type: type,
      size: glance === null ? null : glance.size,
      mtime: glance === null ? null : glance.mtimeMs,
    };
  });
}
