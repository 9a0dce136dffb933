import { pathOf } from '../domain/file-name.js';
import type { FolderFacts } from '../domain/order.js';
import type { Retention } from '../domain/retention.js';
import { whyWantedAgain } from '../domain/wanted-again.js';
import type { OrderStore } from './ports/disk.js';
import type { Trashed } from './ports/removals.js';
import type { Source } from './ports/shop.js';
import { statInQuarantine } from './stat-in-quarantine.js';
import { type Held, RunStopped } from './step.js';

interface JudgingParts {
  readonly source: Source;
  readonly store: OrderStore;
  readonly retention: Retention;
}

/**
 * Which of the files that wait may go for good by these facts, and why the others may not. What has left the quarantine
 * cannot be held there.
 */
export async function judgeWaiting(
  files: readonly Trashed[],
  facts: readonly FolderFacts[],
  { source, store, retention }: JudgingParts,
): Promise<{ held: Held[]; free: Trashed[] }> {
  const held: Held[] = [];
  const free: Trashed[] = [];
  const factsOf = new Map(facts.map((each) => [each.folder, each]));
  // An order may be gone for good; that all are is more likely a view that answers nothing.
  const isBlind =
    facts.every(({ orders }) => orders.every((order) => order.isForgotten)) && !(await source.hasOrders());
  const whyHeld = ({ folder, filename }: Trashed): string | null => {
    if (isBlind) return 'the database knows no order at all';
    const known = factsOf.get(folder);
    return known === undefined ? null : whyWantedAgain(filename, known, retention);
  };
  for (const file of files) {
    const reason = whyHeld(file);
    if (reason === null || hasLeft(file, store)) free.push(file);
    else held.push({ id: null, path: pathOf(file), reason });
  }
  return { held, free };
}

/** Where nobody may look, a file may lie. */
function hasLeft({ quarantine, filename }: Trashed, store: OrderStore): boolean {
  try {
    return statInQuarantine(store, quarantine, filename) === null;
  } catch (error) {
    if (error instanceof RunStopped) throw error;
    return false;
  }
}
