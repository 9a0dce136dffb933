import { keepSetOf } from '../domain/keep-set.js';
import type { BakFile, FolderFacts } from '../domain/order.js';
import type { PastRemoval } from '../domain/past-removal.js';
import { isOpen, judgeRemoval, sameReceipt } from '../domain/removal.js';
import { type Retention, wasFinishedSince, whyKept } from '../domain/retention.js';
import { faultOfBytes } from '../domain/thumb-fault.js';
import type { Sight } from './sight.js';

/**
 * `due`: the next run of its step takes it. `held`: a step wants it, a guard says no. `kept`: no step wants it.
 * `gone`: orderbak removed it. `missing`: somebody else did. `unknown`: nobody has ever heard of it.
 */
export type FileStatus = 'gone' | 'kept' | 'held' | 'due' | 'missing' | 'unknown';

/** What is to be typed on the other machine. */
export const PULL_THERE = 'orderbak pull (on the machine in the office)';

/** The answer to "why?". */
export interface Judgement {
  readonly status: FileStatus;
  readonly reason: string;
  /** The removal that the answer is about. */
  readonly removal: PastRemoval | null;
  /** What to type next; null when there is nothing to do. */
  readonly next: string | null;
}

/** What is known of a file. */
export interface Evidence {
  readonly facts: FolderFacts;
  readonly filename: string;
  readonly rows: readonly BakFile[];
  /** Those of the rows whose order the shop has forgotten. */
  readonly strays: readonly BakFile[];
  readonly sight: Sight;
  readonly removals: readonly PastRemoval[];
}

/** What becomes, or became, of a file by the rules of the steps. */
export function judgeFile(evidence: Evidence, retention: Retention): Judgement {
  const { sight, strays, facts, filename } = evidence;
  if (sight.fault !== null) return say('held', sight.fault);
  if (sight.stamp === null) return judgeAbsent(evidence);
  const [stray] = strays;
  if (stray !== undefined) return say('held', `the shop no longer knows order ${stray.orderId}`);
  return keepSetOf(facts).names.has(filename)
    ? judgeKnown(evidence, retention)
    : judgeStranger(evidence, retention);
}

function judgeKnown({ facts, filename, rows, sight }: Evidence, retention: Retention): Judgement {
  const verdict = judgeRemoval(facts, filename, retention);
  const isWanted = rows.some((row) => isOpen(row, 'discuss') || isOpen(row, 'backed-up'));
  if (!verdict.allowed) return say(isWanted ? 'held' : 'kept', verdict.reason, nextFor(facts, rows));
  // What may go and is wanted by no step has closed rows only.
  const [closed] = isWanted ? [] : rows;
  if (closed !== undefined) return judgeReturned(closed, facts);
  const { stamp, sha256 } = sight;
  const missed = rows.every((row) => row.missingTime !== null) ? rows[0] : undefined;
  if (verdict.receipt === null) {
    const fault = rows.map((row) => stamp && faultOfBytes(row.thumbFault, stamp)).find((words) => words);
    if (fault) return say('held', `no thumb can be made of it: ${fault}`);
    return due('unlink-discuss', 'it is of a discussion', missed);
  }
  const isSame = stamp && sha256 && sameReceipt(verdict.receipt, { size: stamp.size, sha256 });
  if (!isSame) return say('held', 'it changed after it was backed up; it will be copied again');
  return due('unlink-backed-up', 'the office holds these very bytes', missed);
}

/** A file that is there although its row is closed. */
function judgeReturned({ id, orderId, unlinkTime }: BakFile, { orders }: FolderFacts): Judgement {
  const words = `row ${id} says that it was removed ${unlinkTime}, but it is there again`;
  const order = orders.find((candidate) => candidate.id === orderId);
  if (order === undefined || unlinkTime === null || !wasFinishedSince(order, unlinkTime))
    return say('kept', `${words}; insert records it anew when order ${orderId} is finished once more`);
  return say(
    'due',
    `${words}, and order ${orderId} was finished once more since: insert records it anew`,
    `orderbak insert --order ${orderId}`,
  );
}

function nextFor(facts: FolderFacts, rows: readonly BakFile[]): string | null {
  const copied = rows.filter((row) => row.type !== 'discuss');
  const word = copied.find((row) => row.bakTime !== null && row.receipt === null);
  if (word !== undefined) return `orderbak mark-backed-up ${word.id}`;
  if (facts.unreadable.size > 0) return null;
  return copied.some((row) => row.bakTime === null) ? PULL_THERE : null;
}

function judgeStranger({ facts, filename, sight }: Evidence, retention: Retention): Judgement {
  if (facts.orders.length === 0)
    return say('kept', 'no order has its files in this folder, and orderbak looks into no other');
  if (sight.notTrash === null) return due('unlink-trash', 'no order and no record names it');
  const isWanted = facts.orders.some((order) => whyKept(order, retention) === null);
  return say(isWanted && !facts.restored.has(filename) ? 'held' : 'kept', sight.notTrash);
}

function judgeAbsent({ facts, filename, rows, removals }: Evidence): Judgement {
  const last = removals.at(-1);
  if (last !== undefined && last.restored === null) return judgeRemoved(last);
  if (last !== undefined)
    return say('missing', 'it was brought back from the quarantine, and somebody took it');
  const unlinked = rows.find((row) => row.unlinkTime !== null);
  if (unlinked !== undefined)
    return say(
      'gone',
      `row ${unlinked.id} says that it was removed ${unlinked.unlinkTime}, by another system`,
    );
  const row = rows[0];
  if (row !== undefined) {
    const since = row.missingTime === null ? '' : ` (found missing ${row.missingTime})`;
    return say('missing', `row ${row.id} knows it, and orderbak did not remove it${since}`);
  }
  const named = facts.named.find((file) => file.filename === filename);
  if (named !== undefined)
    return say('missing', `order ${named.orderId} names it, and orderbak did not remove it`);
  return say('unknown', 'neither the disk nor any record knows it');
}

const REASONS: Readonly<Record<string, string>> = {
  'backed-up': 'the office holds it',
  discuss: 'it was of a discussion',
  trash: 'no order and no record named it',
};

function judgeRemoved(removal: PastRemoval): Judgement {
  const { id, step, rule, done, quarantine, purged } = removal;
  const reason = REASONS[rule] ?? rule;
  if (done === null) return { ...say('gone', reason, `orderbak ${step}`), removal };
  const waits = quarantine !== null && purged === null;
  return { ...say('gone', reason, waits ? `orderbak quarantine restore ${id}` : null), removal };
}

/** `missed`: a row that says that the file is missing, which not every run looks for. */
function due(step: string, reason: string, missed?: BakFile): Judgement {
  if (missed === undefined)
    return say('due', `the next ${step} takes it: ${reason}`, `orderbak ${step} --dry-run --verbose`);
  const { missingTime, orderId } = missed;
  const when = `it was missing ${missingTime} and is there again; \`--order ${orderId}\` takes it at once`;
  return say(
    'due',
    `${step} takes it within a month: ${reason}; ${when}`,
    `orderbak ${step} --order ${orderId}`,
  );
}

function say(status: FileStatus, reason: string, next: string | null = null): Judgement {
  return { status, reason, removal: null, next };
}
