import type { MarkStatus } from '../domain/wire.js';
import { type Claim, type ClaimCheck, checkAll } from './check-claims.js';
import type { OrderStore } from './ports/disk.js';
import type { BakFiles } from './ports/records.js';
import { type Failure, failureOf, type Outcome, type Planned, type Step } from './step.js';

const CLAIMS_AN_ITEM = 500;

export interface MarkParts {
  readonly bakFiles: BakFiles;
  readonly store: OrderStore;
  readonly localNow: () => string;
}

/** Marks rows as backed up, given by ids or receipts; the same deed that the server's mark call does. */
export function markBackedUpStep(claims: AsyncIterable<Claim>, parts: MarkParts): Step<Claim[]> {
  return {
    name: 'mark-backed-up',
    removes: false,
    concurrency: 1,
    ready: () => parts.store.checkRoot(),
    recover: async () => {},

    async *plan(): AsyncGenerator<Planned<Claim[]>> {
      let batch: Claim[] = [];
      for await (const claim of claims) {
        batch.push(claim);
        if (batch.length < CLAIMS_AN_ITEM) continue;
        yield { kind: 'do', item: batch, files: batch.length, bytes: 0 };
        batch = [];
      }
      if (batch.length > 0) yield { kind: 'do', item: batch, files: batch.length, bytes: 0 };
    },

    async apply(batch): Promise<Outcome> {
      const results = await markClaims(batch, parts);
      const failed = results.filter((result) => FAULTS[result.status] !== undefined);
      return {
        done: results.filter((result) => result.status === 'marked').length,
        skipped: results.filter((result) => result.status === 'already').length,
        failed: failed.map(({ id, status, path, error }): Failure => {
          if (error !== undefined) return failureOf(id, path, error);
          return { id, path, code: status, message: FAULTS[status] ?? status };
        }),
      };
    },
  };
}

const FAULTS: Partial<Record<MarkStatus, string>> = {
  mismatch: 'the server holds other bytes than the receipt says; it was not marked',
  unknown: 'no such row among the files that are copied',
  missing: "the file is not on the server's disk",
};

export interface ClaimResult {
  readonly id: number;
  readonly status: MarkStatus;
  readonly path: string;
  /** What the system said of a file that it could not read; its status is `missing`. */
  readonly error?: unknown;
}

/** Marks each claim that equals the server's bytes, and answers for each what became of it, in the order given. */
export async function markClaims(claims: readonly Claim[], parts: MarkParts): Promise<ClaimResult[]> {
  const { bakFiles, store, localNow } = parts;
  const rows = new Map((await bakFiles.byId(claims.map((claim) => claim.id))).map((row) => [row.id, row]));
  const checks = await checkAll(claims, rows, store);
  const good = checks.flatMap(({ receipt, status }, i) => {
    const id = claims[i]?.id;
    return status === 'marked' && receipt !== undefined && id !== undefined ? [{ id, ...receipt }] : [];
  });
  await bakFiles.mark(good, localNow());
  const isMissing = (check: ClaimCheck | undefined) =>
    check?.status === 'missing' && check.error === undefined;
  const missing = claims.filter((_, i) => isMissing(checks[i])).map((claim) => claim.id);
  await bakFiles.markMissing(missing, localNow());
  return claims.map(({ id }, i) => {
    const row = rows.get(id);
    const path = row === undefined ? String(id) : `${row.folder ?? '?'}/${row.filename}`;
    return { id, status: checks[i]?.status ?? 'unknown', path, error: checks[i]?.error };
  });
}
