import type { FileType } from '../domain/file-type.js';
import type { ListedFile } from '../domain/wire.js';
import type { OrderStore } from '../steps/ports/disk.js';
import type { PendingRow, ReadPending } from '../steps/ports/records.js';
import type { OrderFilter } from '../steps/ports/shop.js';

const PAGE = 2000;

export interface PendingParts {
  readonly read: ReadPending;
  readonly store: Pick<OrderStore, 'lookAt'>;
}

/** Which of the waiting files to list; no types = all that are copied. */
export interface PendingFilter {
  readonly types: readonly FileType[];
  readonly only: OrderFilter;
}

/** One page of the files that wait for the office, ascending by id, above `after`; what is not on disk has no size. */
export async function pendingPage(
  { read, store }: PendingParts,
  after: number,
  limit: number,
  { types, only }: PendingFilter,
): Promise<ListedFile[]> {
  return listed(await read(after, limit, types, only), store);
}

/** All files that wait for the office, a page at a time. While one page is looked up on the disk, the next one is read. */
export async function* pendingFiles(
  { read, store }: PendingParts,
  { types, only }: PendingFilter,
): AsyncGenerator<ListedFile[]> {
  let next = read(0, PAGE, types, only);
  for (;;) {
    const page = await next;
    const last = page.at(-1);
    if (last === undefined) return;
    next = read(last.id, PAGE, types, only);
    // Awaited above, or never when the reader has seen enough.
    next.catch(() => undefined);
    yield listed(page, store);
  }
}

function listed(page: readonly PendingRow[], store: PendingParts['store']): ListedFile[] {
  const found = store.lookAt(page);
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
