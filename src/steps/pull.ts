import prettyBytes from 'pretty-bytes';
import type { Clock } from '../domain/clock.js';
import { type ListedFile, rowPath } from '../domain/wire.js';
import { EXIT, OrderbakError } from '../errors.js';
import { fetchParcel } from './fetch-parcel.js';
import type { BackupServer, Bundles, OfficeStore } from './ports/office.js';
import type { OrderFilter } from './ports/shop.js';
import { settleMarks } from './settle-marks.js';
import type { Planned, Step } from './step.js';

const LIST_PAGE = 1000;
/** Up to this size a file travels in a bundle with others; above it, by itself, so that it can go on after a break. */
const SMALL = 1024 * 1024;
const BUNDLE_FILES = 128;
const BUNDLE_BYTES = 16 * 1024 * 1024;
/** Room that is left on the store's disk for the catalog and everybody else. */
const RESERVE = 64 * 1024 * 1024;

export interface PullParts {
  readonly server: BackupServer;
  readonly bundles: Bundles;
  readonly office: OfficeStore;
  readonly only: OrderFilter;
  readonly transfers: number;
  readonly clock: Clock;
  /** When no new file is begun any more, ms since 1970; null = never. */
  readonly until: number | null;
}

/** Files that are fetched together: many small ones, or one large. */
export type Parcel = readonly ListedFile[];

/** Task 4: copies to the office what the server lists, and tells the server what the office holds. */
export function pullStep(parts: PullParts): Step<Parcel> {
  const { office, transfers, clock, until } = parts;
  return {
    name: 'pull',
    removes: false,
    concurrency: transfers,
    ready: () => office.ready(),
    async recover(signal) {
      await office.sweep();
      await settleMarks(parts.server, office, signal);
    },

    async *plan(signal): AsyncGenerator<Planned<Parcel>> {
      const room = await office.room();
      let bytes = 0;
      try {
        for await (const planned of inParcels(wantedFiles(parts, room.total, signal))) {
          // Looked at when more is asked for: what --limit leaves out needs no room.
          yield planned;
          if (planned.kind === 'do') bytes += planned.bytes;
          if (bytes + RESERVE > room.free) throw storeFull(room.free);
        }
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    },

    entries: (parcel) =>
      parcel.map((file) => ({
        id: file.id,
        path: rowPath(file.folder, file.filename),
        order: file.id_order,
      })),
    pick: (parcel, wanted) => parcel.filter((_, index) => wanted(index)),

    async apply(parcel, applying) {
      if (until !== null && clock() >= until) return { skipped: parcel.length };
      return fetchParcel(parcel, parts, applying);
    },
  };
}

function storeFull(free: number): OrderbakError {
  return new OrderbakError(
    EXIT.stopped,
    'store-full',
    `the files that wait on the server do not fit on the store's disk, which has ${prettyBytes(free)} free`,
    'Free space there, or pull in parts with --limit.',
  );
}

/** What the server lists: each file that is wanted, and of the others the reason why not. `total`: bytes of the store's disk. */
async function* wantedFiles(
  { server, office, only }: PullParts,
  total: number,
  signal: AbortSignal,
): AsyncGenerator<ListedFile | Refused> {
  let page = server.list(0, LIST_PAGE, signal);
  for (let after = 0; ; ) {
    const { files, next } = await page;
    if (next !== null) {
      if (next <= after) throw listsAgain();
      // The server reads the next page while this one is looked through. Awaited above, or never.
      page = server.list(next, LIST_PAGE, signal);
      page.catch(() => undefined);
    }
    const seen = new Set<number>();
    for (const row of files) {
      if ('fault' in row) {
        yield failed(row.id, row.path, `the server lists it as nothing that makes sense: ${row.fault}`);
        continue;
      }
      const { id, folder, filename, size } = row;
      if (only !== null && !only.includes(row.id_order)) continue;
      const path = rowPath(folder, filename);
      // Twice in a list, a file would be written by two transfers at once.
      if (seen.has(id) || id <= after || id > (next ?? id)) {
        yield failed(id, path, 'the server lists it twice, or on a page where it does not belong');
        continue;
      }
      seen.add(id);
      const reason = office.whyNoPlace(row) ?? (size === null ? "it is not on the server's disk" : null);
      if (reason !== null) yield { kind: 'held', held: { id, path, reason } };
      else if ((size ?? 0) > total)
        yield failed(
          id,
          path,
          `the server says that it has ${size} bytes; the store's whole disk has ${total}`,
        );
      else yield row;
    }
    if (next === null) return;
    after = next;
  }
}

/** An entry of the plan for a file that is not fetched. */
type Refused = Extract<Planned<Parcel>, { kind: 'held' | 'failed' }>;

function failed(id: number | null, path: string, message: string): Refused {
  return { kind: 'failed', failed: { id, path, code: 'bad-row', message } };
}

function listsAgain(): OrderbakError {
  const message = 'the server lists the same files again and again; nothing was copied';
  return new OrderbakError(EXIT.failed, 'bad-answer', message);
}

async function* inParcels(files: AsyncIterable<ListedFile | Refused>): AsyncGenerator<Planned<Parcel>> {
  let parcel: ListedFile[] = [];
  let bytes = 0;
  const send = (item: Parcel, size: number): Planned<Parcel> => ({
    kind: 'do',
    item,
    files: item.length,
    bytes: size,
  });
  for await (const entry of files) {
    if ('kind' in entry) {
      yield entry;
      continue;
    }
    const size = entry.size ?? 0;
    if (size > SMALL) {
      yield send([entry], size);
      continue;
    }
    if (parcel.length === BUNDLE_FILES || bytes + size > BUNDLE_BYTES) {
      yield send(parcel, bytes);
      parcel = [];
      bytes = 0;
    }
    parcel.push(entry);
    bytes += size;
  }
  if (parcel.length > 0) yield send(parcel, bytes);
}
