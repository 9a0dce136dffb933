import prettyBytes from 'pretty-bytes';
import type { Clock } from '../domain/clock.js';
import { type ListedFile, rowPath } from '../domain/wire.js';
import { EXIT, OrderbakError } from '../errors.js';
import { fetchParcel } from './fetch-parcel.js';
import type { Bundles } from './ports/office.js';
import { settleMarks } from './settle-marks.js';
import type { Planned, Step } from './step.js';
import { type ListParts, type Refused, wantedFiles } from './wanted-files.js';

/** Up to this size a file travels in a bundle with others; above it, by itself, so that it can go on after a break. */
const SMALL = 1024 * 1024;
const BUNDLE_FILES = 128;
const BUNDLE_BYTES = 16 * 1024 * 1024;
/** Room that is left on the store's disk for the catalog and everybody else. */
const RESERVE = 64 * 1024 * 1024;

export interface PullParts extends ListParts {
  readonly bundles: Bundles;
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
        for await (const planned of inParcels(wantedFiles(parts, room?.total ?? Infinity, signal))) {
          // Looked at when more is asked for: what --limit leaves out needs no room.
          yield planned;
          if (planned.kind === 'do') bytes += planned.bytes - (await office.heldBytes(planned.item));
          if (room !== null && bytes + RESERVE > room.free) throw storeFull(room.free);
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
