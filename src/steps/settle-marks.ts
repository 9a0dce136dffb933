import { pagesOf } from '../domain/pages.js';
import { isMarked } from '../domain/wire.js';
import { EXIT, OrderbakError } from '../errors.js';
import type { BackupServer, KeptClaim, OfficeStore } from './ports/office.js';

const PAGE = 500;

/**
 * Tells the server again of files that a killed run kept, and was not heard to be told of. What the server still lists comes
 * with the plan; of the others it says that they are marked already. Only what the store still holds is told.
 */
export async function settleMarks(
  server: BackupServer,
  office: OfficeStore,
  signal: AbortSignal,
): Promise<void> {
  const pages = pagesOf(
    (after) => office.unmarked(after, PAGE),
    ({ id }) => id,
  );
  for await (const unmarked of pages) {
    const gone = await unlisted(
      unmarked.map(({ id }) => id),
      server,
      signal,
    );
    const told = await office.sound(unmarked.filter(({ id }) => gone.has(id)));
    if (told.length > 0) await office.marked(await tell(server, told, signal));
  }
}

/** Those of the rows, in ascending order, that the server does not list. */
async function unlisted(
  ids: readonly number[],
  server: BackupServer,
  signal: AbortSignal,
): Promise<Set<number>> {
  const gone = new Set<number>();
  for (let rest = ids; ; ) {
    const [first] = rest;
    if (first === undefined) return gone;
    const { files, next } = await server.list(first - 1, PAGE, signal);
    const listed = new Set(files.map(({ id }) => id));
    const end = next ?? Number.POSITIVE_INFINITY;
    for (const id of rest) if (id <= end && !listed.has(id)) gone.add(id);
    // A server that goes round in circles is none to ask.
    if (end < first) return new Set();
    rest = rest.filter((id) => id > end);
  }
}

/** The rows that the server says are marked. One that it cannot look at is nobody's failure: it stays unmarked, and is shown so. */
async function tell(
  server: BackupServer,
  told: readonly KeptClaim[],
  signal: AbortSignal,
): Promise<number[]> {
  try {
    const asked = new Set(told.map(({ id }) => id));
    const claims = told.map(({ id, size, sha256 }) => ({ id, size, sha256 }));
    const results = await server.mark(claims, signal);
    return results.filter(({ id, status }) => asked.has(id) && isMarked(status)).map(({ id }) => id);
  } catch (error) {
    if (error instanceof OrderbakError && error.exit === EXIT.failed) return [];
    throw error;
  }
}
