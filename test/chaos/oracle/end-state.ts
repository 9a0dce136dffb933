import { finalFiles, MARKER, NO_REASON, QUARANTINE } from './places.js';
import type { State } from './state.js';

/** I6: what two runs of the same night must have in common, one line each; ids, times and run numbers may differ. */
export function endState(state: State): Set<string> {
  const lines: string[] = [];
  for (const [path, entry] of Object.entries(state.root)) {
    if (path === MARKER) continue;
    const place = path.startsWith(`${QUARANTINE}/`) ? withoutRun(path) : path;
    lines.push(`server: ${entry.kind} ${place} ${entry.content}`);
  }
  for (const [path, bytes] of finalFiles(state.store)) lines.push(`store: ${path} ${bytes}`);
  for (const row of state.rows) {
    const life = [row.isMarked && 'marked', row.isUnlinked && 'unlinked', row.isMissing && 'missing'];
    const receipt = `${row.size ?? '-'} ${row.sha256 ?? '-'}`;
    lines.push(
      `row: order ${row.order} type ${row.type} ${row.filename}: ${life.filter(Boolean).join(' ')} ${receipt}`,
    );
  }
  for (const deletion of state.deletions) {
    const { rule, folder, filename, thumb, quarantine, doneMs, purgedMs } = deletion;
    const end = doneMs === null ? 'intended' : purgedMs === null ? 'done' : 'purged';
    const place = quarantine === null ? '' : withoutRun(quarantine);
    // A file of a discussion that a job names too goes with whichever step finds it free first.
    const why = rule === 'trash' ? 'trash' : 'recorded';
    const reason = NO_REASON.has(thumb) ? '' : thumb;
    lines.push(`deletion: ${why} ${folder}/${filename} ${end} ${place} ${reason}`);
  }
  for (const { folder, filename, path, sha256, isMarked } of state.catalog) {
    lines.push(`catalog: ${folder}/${filename} ${path} ${sha256} ${isMarked ? 'marked' : ''}`);
  }
  return new Set(lines);
}

/** Where two end states differ; `mayHoldMore`: the store may keep older versions that the twin never saw. */
export function differences(state: State, twin: State, mayHoldMore = false): string[] {
  const [ours, theirs] = [endState(state), endState(twin)];
  const isMore = (line: string) => mayHoldMore && /^(store|catalog): /.test(line);
  return [
    ...[...theirs].filter((line) => !ours.has(line)).map((line) => `not as in the twin: ${line}`),
    ...[...ours]
      .filter((line) => !theirs.has(line) && !isMore(line))
      .map((line) => `only here, not in the twin: ${line}`),
  ];
}

/** Each run has its own folder in the quarantine. */
function withoutRun(path: string): string {
  return path.replace(/^(\.orderbak-trash)\/\d+/, '$1/N');
}
