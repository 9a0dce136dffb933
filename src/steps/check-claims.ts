import pLimit, { type LimitFunction } from 'p-limit';
import { groupBy } from '../domain/group-by.js';
import type { Receipt } from '../domain/order.js';
import { sameReceipt } from '../domain/removal.js';
import type { MarkStatus, ReceiptClaim } from '../domain/wire.js';
import { Doubt } from '../errors.js';
import type { OrderFolder, OrderStore } from './ports/disk.js';
import type { LocatedFile } from './ports/records.js';

const FOLDERS_AT_ONCE = 4;
const FILES_AT_ONCE = 4;

/** A row id with the office's receipt, or alone: then it is the operator's word, and the server's own bytes are recorded. */
export type Claim = ReceiptClaim | { readonly id: number };

/** What comparing a claim with the disk came to: its status, the server's receipt of what may be marked, what the system said. */
export interface ClaimCheck {
  readonly status: MarkStatus;
  readonly receipt?: Receipt;
  readonly error?: unknown;
}

/** A claim that has to be compared with the disk, and its place in the list. */
interface Open {
  readonly at: number;
  readonly claimed: Receipt | null;
  readonly folder: string;
  readonly filename: string;
}

/** Compares claims with the server's bytes, in the order given. `rows` are the recorded files by their ids. */
export async function checkAll(
  claims: readonly Claim[],
  rows: ReadonlyMap<number, LocatedFile>,
  store: OrderStore,
): Promise<ClaimCheck[]> {
  const open: Open[] = [];
  const checks = claims.map((claim, at): ClaimCheck => {
    const claimed = 'sha256' in claim ? { size: claim.size, sha256: claim.sha256.toLowerCase() } : null;
    const row = rows.get(claim.id);
    if (row === undefined || row.type === 'discuss') return { status: 'unknown' };
    const isKnown = row.receipt !== null && (claimed === null || sameReceipt(row.receipt, claimed));
    if (isKnown && row.missingTime === null) return { status: 'already' };
    if (row.unlinkTime === null && row.folder !== null) {
      // What was missing may be there again with other bytes, and those nobody has copied.
      open.push({ at, claimed: isKnown ? row.receipt : claimed, folder: row.folder, filename: row.filename });
    }
    return { status: isKnown ? 'already' : 'missing' };
  });
  const [limit, reading] = [pLimit(FOLDERS_AT_ONCE), pLimit(FILES_AT_ONCE)];
  const checkOne = async (path: string, some: readonly Open[]) => {
    const found = await checkFolder(path, some, store, reading);
    for (const [i, { at }] of some.entries()) {
      const check = found[i];
      // What was marked before, and is missing still, stays marked.
      if (check !== undefined && (check.status !== 'missing' || checks[at]?.status !== 'already'))
        checks[at] = check;
    }
  };
  const folders = groupBy(open, ({ folder }) => folder);
  await Promise.all([...folders].map(([path, some]) => limit(() => checkOne(path, some))));
  return checks;
}

/** Compares the files of one folder, in the order given: what was hashed before and did not change is not read again. */
async function checkFolder(
  path: string,
  some: readonly Open[],
  store: OrderStore,
  reading: LimitFunction,
): Promise<readonly ClaimCheck[]> {
  let folder: OrderFolder | null = null;
  try {
    folder = await store.openFolder(path);
    if (folder === null) return some.map(() => ({ status: 'missing' }));
    const here = folder;
    const known = here.known(some.map(({ filename }) => filename));
    return await Promise.all(
      some.map(({ claimed, filename }, i) => {
        const receipt = known[i] ?? null;
        return receipt === null
          ? reading(() => checkFile(here, filename, claimed))
          : compare(claimed, receipt);
      }),
    );
  } catch (error) {
    return some.map(() => missingFor(error));
  } finally {
    await folder?.close();
  }
}

async function checkFile(
  folder: OrderFolder,
  filename: string,
  claimed: Receipt | null,
): Promise<ClaimCheck> {
  try {
    const file = await folder.open(filename);
    if (file === null) return { status: 'missing' };
    try {
      if (claimed !== null && claimed.size !== file.stamp.size) return { status: 'mismatch' };
      return compare(claimed, { size: file.stamp.size, sha256: await file.sha256() });
    } finally {
      await file.close();
    }
  } catch (error) {
    // One file that cannot be read is not in the way of the others of its batch.
    return missingFor(error);
  }
}

function compare(claimed: Receipt | null, receipt: Receipt): ClaimCheck {
  return claimed === null || sameReceipt(claimed, receipt)
    ? { status: 'marked', receipt }
    : { status: 'mismatch' };
}

function missingFor(error: unknown): ClaimCheck {
  return error instanceof Doubt ? { status: 'missing' } : { status: 'missing', error };
}
