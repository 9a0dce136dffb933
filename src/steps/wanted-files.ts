import { type ListedFile, type ListPage, rowPath } from '../domain/wire.js';
import { EXIT, OrderbakError } from '../errors.js';
import type { BackupServer, OfficeStore } from './ports/office.js';
import type { OrderFilter } from './ports/shop.js';
import type { Planned } from './step.js';

const LIST_PAGE = 1000;
const NOT_SEEN = "it is not on the server's disk, or cannot be looked at there";
/** Of fewer files that are missing nothing can be told. */
const FEWEST_MISSING = 10;

export interface ListParts {
  readonly server: BackupServer;
  readonly office: OfficeStore;
  readonly only: OrderFilter;
}

/** An entry of the plan for a file that is not fetched. */
export type Refused = Extract<Planned<never>, { kind: 'held' | 'failed' }>;

/**
 * What the server lists: each file that is wanted, and of the others the reason why not. `total`: bytes of the store's disk.
 * Throws at the end where the first pull of all finds every file missing. Later ones may: what somebody deleted on the server
 * is listed for ever, and on a quiet night nothing else.
 */
export async function* wantedFiles(
  { server, office, only }: ListParts,
  total: number,
  signal: AbortSignal,
): AsyncGenerator<ListedFile | Refused> {
  let [listed, missing] = [0, 0];
  for await (const { files, next, after } of listedPages(server, signal)) {
    const seen = new Set<number>();
    listed += files.length;
    for (const row of files) {
      if ('fault' in row) {
        yield failed(row.id, row.path, `the server lists it as nothing that makes sense: ${row.fault}`);
        continue;
      }
      const { id, folder, filename, size } = row;
      if (size === null) missing += 1;
      if (only !== null && !only.includes(row.id_order)) continue;
      const path = rowPath(folder, filename);
      // Twice in a list, a file would be written by two transfers at once.
      if (seen.has(id) || id <= after || id > (next ?? id)) {
        yield failed(id, path, 'the server lists it twice, or on a page where it does not belong');
        continue;
      }
      seen.add(id);
      const reason = office.whyNoPlace(row) ?? (size === null ? NOT_SEEN : null);
      if (reason !== null) yield { kind: 'held', held: { id, path, reason } };
      else if ((size ?? 0) > total)
        yield failed(
          id,
          path,
          `the server says that it has ${size} bytes; the store's whole disk has ${total}`,
        );
      else yield row;
    }
  }
  const isSuspect = only === null && missing >= FEWEST_MISSING && missing === listed;
  if (isSuspect && (await office.isEmpty())) throw allMissing(missing);
}

/** The pages of the server's list, each with the id that it comes after. While one is looked through, the server reads the next. */
async function* listedPages(
  server: BackupServer,
  signal: AbortSignal,
): AsyncGenerator<ListPage & { readonly after: number }> {
  const enough = new AbortController();
  const either = AbortSignal.any([signal, enough.signal]);
  const ask = (after: number) => {
    const page = server.list(after, LIST_PAGE, either);
    // Awaited below, or never when the reader has seen enough.
    page.catch(() => undefined);
    return page;
  };
  try {
    let page = ask(0);
    for (let after = 0; ; ) {
      const { files, next } = await page;
      if (next !== null && next <= after) throw listsAgain();
      if (next !== null) page = ask(next);
      yield { files, next, after };
      if (next === null) return;
      after = next;
    }
  } finally {
    enough.abort();
  }
}

function failed(id: number | null, path: string, message: string): Refused {
  return { kind: 'failed', failed: { id, path, code: 'bad-row', message } };
}

function allMissing(count: number): OrderbakError {
  return new OrderbakError(
    EXIT.stopped,
    'all-missing',
    `none of the ${count} files that the server lists is on its disk; nothing was copied`,
    'On the server, look with `orderbak doctor` whether [orders] root and folder and [shop] timezone are right, and whether every disk is mounted.',
  );
}

function listsAgain(): OrderbakError {
  const message = 'the server lists the same files again and again; nothing was copied';
  return new OrderbakError(EXIT.failed, 'bad-answer', message);
}
