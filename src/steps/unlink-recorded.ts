import type { BakFile, FolderFacts } from '../domain/order.js';
import { judgeRemoval } from '../domain/removal.js';
import type { Retention } from '../domain/retention.js';
import type { BakFiles, Deletions, OrderFilter, OrderStore, Source } from './ports.js';
import { removePaths, type UnlinkItem } from './remove-paths.js';
import { settleRemovals } from './settle.js';
import { type Planned, type Step, sumOf, troubleOf } from './step.js';

const ROWS_A_PAGE = 500;
const PATHS_AN_ITEM = 64;

export interface UnlinkParts {
  readonly source: Pick<Source, 'folderFacts' | 'sameFacts'>;
  readonly bakFiles: BakFiles;
  readonly deletions: Deletions;
  readonly store: OrderStore;
  readonly retention: Retention;
  readonly only: OrderFilter;
  /** The shop's local time now, as text. */
  readonly localNow: () => string;
}

/** Task 2: takes the discuss files from the server, leaving thumbs. */
export function unlinkDiscussStep(parts: UnlinkParts): Step<UnlinkItem> {
  return unlinkStep('unlink-discuss', 'discuss', parts);
}

/** Task 5: takes the files from the server that the office holds, leaving thumbs. */
export function unlinkBackedUpStep(parts: UnlinkParts): Step<UnlinkItem> {
  return unlinkStep('unlink-backed-up', 'backed-up', parts);
}

/**
 * The two tasks differ only in the rows from which they start. The path is what is removed:
 * the step that finds all of its records allowing it removes it and closes them all.
 */
function unlinkStep(
  name: 'unlink-discuss' | 'unlink-backed-up',
  rule: 'discuss' | 'backed-up',
  parts: UnlinkParts,
): Step<UnlinkItem> {
  const { bakFiles, deletions, store, only, localNow } = parts;
  return {
    name,
    removes: true,
    concurrency: 4,
    ready: () => store.checkWritable(),
    recover: () => settleRemovals(deletions, store, rule, localNow()),

    async *plan(): AsyncGenerator<Planned<UnlinkItem>> {
      for (let after = 0; ; ) {
        const page = await bakFiles.openRows(rule, after, ROWS_A_PAGE, only);
        const last = page.at(-1);
        if (last === undefined) return;
        yield* planPage(page, rule, parts);
        after = last.id;
      }
    },

    // A folder that several orders share counts as the first one's.
    entries: ({ folder, orderIds, paths }) =>
      paths.map(({ id, filename }) => ({ id, path: `${folder}/${filename}`, order: orderIds[0] ?? 0 })),
    pick: (item, wanted) => ({ ...item, paths: item.paths.filter((_, index) => wanted(index)) }),
    apply: (item, applying) => removePaths(item, rule, applying, parts),
  };
}

async function* planPage(
  page: readonly BakFile[],
  rule: 'discuss' | 'backed-up',
  { source, store, retention, only }: UnlinkParts,
): AsyncGenerator<Planned<UnlinkItem>> {
  const answer = await source.folderFacts([...new Set(page.map((row) => row.orderId))]);
  for (const row of page) {
    const reason = answer.homeless.get(row.orderId);
    if (reason !== undefined) yield { kind: 'held', held: { id: row.id, path: row.filename, reason } };
  }
  const pageIds = new Set(page.map((row) => row.id));
  for (const facts of answer.folders) {
    const open = facts.recorded.filter(
      (row) => isOpen(row, rule) && (only === null || only.includes(row.orderId)),
    );
    const rows = firstOfEachPath(open).filter((row) => pageIds.has(row.id));
    try {
      // A folder whose rows are spread over pages is counted with the page of its first row.
      const isFirst = open.length > 0 && pageIds.has(Math.min(...open.map((row) => row.id)));
      if (isFirst) yield { kind: 'seen', files: await countFiles(store, facts.folder) };
    } catch (error) {
      const { held = [], failed = [] } = sumOf(
        rows.map((row) => troubleOf(row.id, pathOf(facts, row), error)),
      );
      for (const entry of held) yield { kind: 'held', held: entry };
      for (const entry of failed) yield { kind: 'failed', failed: entry };
      continue;
    }
    const paths: UnlinkItem['paths'][number][] = [];
    for (const row of rows) {
      const { id, filename, thumbFault } = row;
      const verdict = judgeRemoval(facts, filename, retention);
      if (verdict.allowed) paths.push({ id, filename, receipt: verdict.receipt, thumbFault });
      else yield { kind: 'held', held: { id, path: pathOf(facts, row), reason: verdict.reason } };
    }
    yield* inItems(facts, paths);
  }
}

function pathOf(facts: FolderFacts, row: BakFile): string {
  return `${facts.folder}/${row.filename}`;
}

function* inItems(facts: FolderFacts, paths: UnlinkItem['paths']): Generator<Planned<UnlinkItem>> {
  const orderIds = facts.orders.map((order) => order.id);
  for (let i = 0; i < paths.length; i += PATHS_AN_ITEM) {
    const some = paths.slice(i, i + PATHS_AN_ITEM);
    const bytes = some.reduce((sum, path) => sum + (path.receipt?.size ?? 0), 0);
    yield { kind: 'do', item: { folder: facts.folder, orderIds, paths: some }, files: some.length, bytes };
  }
}

/** Whether a row is one that the task of this rule starts from. */
export function isOpen(row: BakFile, rule: 'discuss' | 'backed-up'): boolean {
  if (row.unlinkTime !== null || row.missingTime !== null) return false;
  return rule === 'discuss' ? row.type === 'discuss' : row.type !== 'discuss' && row.bakTime !== null;
}

/** Several rows may name one path; the one with the lowest id speaks for it. */
function firstOfEachPath(rows: readonly BakFile[]): BakFile[] {
  const first = new Map<string, BakFile>();
  for (const row of rows) {
    const other = first.get(row.filename);
    if (other === undefined || row.id < other.id) first.set(row.filename, row);
  }
  return [...first.values()].sort((a, b) => a.id - b.id);
}

async function countFiles(store: OrderStore, path: string): Promise<number> {
  const folder = await store.openFolder(path);
  if (folder === null) return 0;
  try {
    return (await folder.list()).files.length;
  } finally {
    await folder.close();
  }
}
