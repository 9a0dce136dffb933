import { pathOf } from '../domain/file-name.js';
import { groupBy } from '../domain/group-by.js';
import type { BakFile, FolderFacts } from '../domain/order.js';
import { isOpen, judgeRemoval } from '../domain/removal.js';
import type { FolderViews } from './ports/disk.js';
import type { RecordedPath } from './prepare-path.js';
import { type Seen, seeRows, whyThumbless } from './see-rows.js';
import { type Planned, sumOf, troubleOf } from './step.js';
import type { Unlinking } from './unlink-recorded.js';

/** How many folders there are from which a plan means to remove something, and how many of them do not exist. */
export interface Looked {
  folders: number;
  absent: number;
}

/** What the folders of one page are planned with. */
export interface Planning extends Pick<Unlinking, 'rule' | 'retention' | 'only' | 'thumbsFolder'> {
  readonly looked: Looked;
  readonly views: FolderViews;
  /** The rows of the page. */
  readonly pageIds: ReadonlySet<number>;
}

/** What may go of one folder, and its sizes in bytes by row, where they are known. */
interface Going {
  readonly paths: readonly RecordedPath[];
  readonly sizes: ReadonlyMap<number, number>;
}

const NOTHING: Going = { paths: [], sizes: new Map() };

/** Yields what is held back of a folder, and how many files it has; returns what may go. */
export function* planFolder(facts: FolderFacts, planning: Planning): Generator<Planned<never>, Going> {
  const { rule, only, looked, views, pageIds } = planning;
  const open = facts.recorded.filter(
    (row) =>
      isOpen(row, rule) &&
      (only === null || only.includes(row.orderId)) &&
      (row.missingTime === null || pageIds.has(row.id)),
  );
  const rows = firstOfEachPath(open).filter((row) => pageIds.has(row.id));
  const first = firstOf(open);
  if (rows.length === 0 || first === undefined) return NOTHING;
  let seen: Seen | null;
  try {
    seen = views.view(facts.folder, (view) => seeRows(view, rows));
  } catch (error) {
    const troubles = rows.map((row) =>
      troubleOf(row.id, pathOf({ folder: facts.folder, filename: row.filename }), error),
    );
    const { held = [], failed = [] } = sumOf(troubles);
    for (const entry of held) yield { kind: 'held', held: entry };
    for (const entry of failed) yield { kind: 'failed', failed: entry };
    return NOTHING;
  }
  // A folder whose rows are spread over pages is counted with the page of its first row.
  const isCounted = pageIds.has(first.id);
  if (isCounted && seen !== null) yield { kind: 'seen', files: seen.files };
  const paths: RecordedPath[] = [];
  for (const row of rows) {
    const judged = judgeRow(facts, row, planning);
    if (typeof judged !== 'string') paths.push({ ...judged, isThere: seen?.sizes.has(row.id) ?? false });
    else
      yield {
        kind: 'held',
        held: { id: row.id, path: pathOf({ folder: facts.folder, filename: row.filename }), reason: judged },
      };
  }
  // What is held back for another reason would be counted each night anew.
  if (isCounted && paths.length > 0) {
    looked.folders += 1;
    if (seen === null) looked.absent += 1;
  }
  return { paths, sizes: seen?.sizes ?? NOTHING.sizes };
}

/** The path of a row that may go, or why it is held back. */
function judgeRow(
  facts: FolderFacts,
  row: BakFile,
  { retention, views, thumbsFolder }: Planning,
): Omit<RecordedPath, 'isThere'> | string {
  const { id, filename, thumbFault } = row;
  const verdict = judgeRemoval(facts, filename, retention);
  if (!verdict.allowed) return verdict.reason;
  const { receipt } = verdict;
  const fault = receipt === null ? whyThumbless(facts.folder, row, views, thumbsFolder) : null;
  return fault ?? { id, filename, receipt, thumbFault };
}

/** Several rows may name one path; the first of them speaks for it. */
function firstOfEachPath(rows: readonly BakFile[]): BakFile[] {
  const groups = [...groupBy(rows, (row) => row.filename).values()];
  return groups.flatMap((group) => firstOf(group) ?? []).sort((a, b) => a.id - b.id);
}

/** The row with the lowest id; one that was found missing comes after the others, which know nothing of it on their pages. */
function firstOf(rows: readonly BakFile[]): BakFile | undefined {
  const known = rows.filter((row) => row.missingTime === null);
  const least = (a: BakFile, b: BakFile) => (b.id < a.id ? b : a);
  const [first, ...rest] = known.length > 0 ? known : rows;
  return first && rest.reduce(least, first);
}
