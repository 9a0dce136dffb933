import prettyBytes from 'pretty-bytes';
import type { Clock } from '../domain/clock.js';
import { isPlainFolder, isPlainName } from '../domain/file-name.js';
import type { ListedFile } from '../domain/wire.js';
import { EXIT, OrderbakError } from '../errors.js';
import { fetchParcel } from './fetch-parcel.js';
import type { BackupServer, OfficeStore, OrderFilter } from './ports.js';
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
  readonly office: OfficeStore;
  readonly only: OrderFilter;
  readonly transfers: number;
  readonly clock: Clock;
  /** When no new file is begun any more, ms since 1970; null = never. */
  readonly until: number | null;
  readonly signal: AbortSignal;
}

/** Files that are fetched together: many small ones, or one large. */
export type Parcel = readonly ListedFile[];

/** Task 4: copies to the office what the server lists, and tells the server what the office holds. */
export function pullStep(parts: PullParts): Step<Parcel> {
  const { server, office, only, transfers, clock, until, signal } = parts;
  return {
    name: 'pull',
    removes: false,
    concurrency: transfers,
    ready: () => office.ready(),
    recover: async () => {},

    async *plan(): AsyncGenerator<Planned<Parcel>> {
      const free = await office.freeBytes();
      let bytes = 0;
      try {
        for await (const planned of inParcels(wantedFiles(server, only, signal))) {
          // Looked at when more is asked for: what --limit leaves out needs no room.
          yield planned;
          if (planned.kind === 'do') bytes += planned.bytes;
          if (bytes + RESERVE > free) throw storeFull(free);
        }
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    },

    cut: (parcel, files) => parcel.slice(0, files),

    async apply(parcel, applying) {
      if (until !== null && clock() >= until) return { skipped: parcel.length };
      return fetchParcel(parcel, server, office, applying);
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

/** What the server lists, each file wanted or held back with a reason. */
async function* wantedFiles(
  server: BackupServer,
  only: OrderFilter,
  signal: AbortSignal,
): AsyncGenerator<ListedFile | { file: ListedFile; reason: string }> {
  let last = 0;
  for (let after = 0; ; ) {
    const { files, next } = await server.list(after, LIST_PAGE, signal);
    for (const file of files) {
      // Twice in a list, a file would be written by two transfers at once.
      if (file.id === last) continue;
      if (file.id < last) throw badAnswer('does not list the files in the order of their ids');
      last = file.id;
      if (only !== null && !only.includes(file.id_order)) continue;
      const reason = whyRefused(file);
      yield reason === null ? file : { file, reason };
    }
    if (next === null) return;
    if (next <= after) throw badAnswer('lists the same files again and again');
    after = next;
  }
}

function badAnswer(fault: string): OrderbakError {
  return new OrderbakError(EXIT.failed, 'bad-answer', `the server ${fault}; nothing was copied`);
}

/** The server is not trusted: what it names must stay inside the store. */
function whyRefused(file: ListedFile): string | null {
  if (!isPlainFolder(file.folder)) return 'its folder does not stay inside the store';
  if (!isPlainName(file.filename)) return 'its name does not stay inside its folder';
  return file.size === null ? "it is not on the server's disk" : null;
}

async function* inParcels(
  files: AsyncIterable<ListedFile | { file: ListedFile; reason: string }>,
): AsyncGenerator<Planned<Parcel>> {
  let parcel: ListedFile[] = [];
  let bytes = 0;
  const send = (item: Parcel, size: number): Planned<Parcel> => ({
    kind: 'do',
    item,
    files: item.length,
    bytes: size,
  });
  for await (const entry of files) {
    if ('reason' in entry) {
      const { id, folder, filename } = entry.file;
      yield { kind: 'held', held: { id, path: `${folder}/${filename}`, reason: entry.reason } };
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
