import { pathOf } from '../domain/file-name.js';
import { pagesOf } from '../domain/pages.js';
import { Doubt } from '../errors.js';
import type { OrderStore } from './ports/disk.js';
import type { Deletions, Quarantine, Trashed } from './ports/removals.js';
import { type Outcome, type Planned, type Step, sumOf, troubleOf } from './step.js';

const PAGE = 256;

/** What somebody wants back: rows of `orderbak_deletion`, places below the root, or all that a run took. */
export interface Wish {
  readonly ids: readonly number[];
  readonly paths: readonly { readonly folder: string; readonly filename: string }[];
  readonly run: number | null;
}

export interface RestoreParts {
  readonly deletions: Deletions;
  readonly quarantine: Quarantine;
  readonly store: OrderStore;
}

/**
 * Brings files of the quarantine back to where they lay. That somebody wants a file back is written down first: from
 * then on no purge deletes it and no trash run takes it. The item: row ids.
 */
export function restoreTrashStep(wish: Wish, parts: RestoreParts): Step<number[]> {
  const { deletions, quarantine, store } = parts;
  return {
    name: 'restore-trash',
    removes: false,
    concurrency: 1,
    ready: () => store.checkWritable(),

    async recover() {
      const pages = pagesOf((after) => quarantine.halfRestored(after, PAGE), idOf);
      for await (const page of pages) await bringBack(page, async () => {}, parts);
    },

    async *plan(): AsyncGenerator<Planned<number[]>> {
      for (const id of wish.ids) yield planId(id, (await quarantine.byId([id]))[0]);
      for (const { folder, filename } of wish.paths)
        yield planPath(`${folder}/${filename}`, await quarantine.at(folder, filename));
      if (wish.run === null) return;
      yield* planRun(wish.run, await quarantine.countTaken(wish.run));
      const which = { before: null, run: wish.run, folders: null };
      const pages = pagesOf((after) => quarantine.waiting(which, after, PAGE), idOf);
      for await (const page of pages) yield restoring(page);
    },

    async apply(ids, applying): Promise<Outcome> {
      const waiting = (await quarantine.byId(ids)).filter(isWaiting);
      await deletions.confirm(applying);
      await quarantine.beginRestore(waiting);
      const outcome = await bringBack(waiting, () => deletions.confirm(applying), parts);
      return sumOf([outcome, { skipped: ids.length - waiting.length }]);
    },
  };
}

async function bringBack(
  files: readonly Trashed[],
  confirm: () => Promise<void>,
  { quarantine, store }: RestoreParts,
): Promise<Outcome> {
  const back: Trashed[] = [];
  const kept: number[] = [];
  const told: Outcome[] = [];
  try {
    for (const file of files) {
      await confirm();
      const path = pathOf(file);
      try {
        const note = await store.restore(file);
        back.push(file);
        if (note !== null) told.push({ notes: [`${path}: ${note}`] });
      } catch (error) {
        // What broke half-way is finished by the next restore.
        if (error instanceof Doubt) kept.push(file.id);
        told.push(troubleOf(null, path, error));
      }
    }
  } finally {
    await quarantine.restored(back.map((file) => file.id));
    await quarantine.withdrawRestore(kept);
  }
  return sumOf([...told, { done: back.length, bytes: bytesOf(back) }]);
}

function planId(id: number, file: Trashed | undefined): Planned<number[]> {
  if (file === undefined)
    return failing(String(id), 'unknown', 'no file in the quarantine has ever had this id');
  if (file.purged !== null) return failing(pathOf(file), 'purged', wasPurged(file.purged));
  return restoring([file]);
}

function planPath(path: string, files: readonly Trashed[]): Planned<number[]> {
  const waiting = files.filter(isWaiting);
  const last = files.at(-1);
  if (waiting.length > 1) {
    const ids = waiting.map((file) => file.id).join(', ');
    const message = `${waiting.length} files of this name wait in the quarantine (${ids}); name one by its id`;
    return failing(path, 'ambiguous', message);
  }
  if (waiting.length === 1) return restoring(waiting);
  if (last === undefined) return failing(path, 'unknown', 'nothing was put into the quarantine from there');
  return last.purged === null ? restoring([last]) : failing(path, 'purged', wasPurged(last.purged));
}

/** What of a run nobody can bring back, so that nobody takes silence for a night that is whole again. */
function* planRun(
  run: number,
  { taken, purged }: { taken: number; purged: number },
): Generator<Planned<number[]>> {
  const path = `run ${run}`;
  if (taken === 0)
    yield failing(path, 'unknown', 'it took nothing; `orderbak quarantine list` shows the runs that did');
  if (purged === 0) return;
  const message = `${purged} of the ${taken} files that it took ${purged === 1 ? 'was' : 'were'} purged since`;
  yield failing(path, 'purged', message);
}

function restoring(files: readonly Trashed[]): Planned<number[]> {
  return { kind: 'do', item: files.map((file) => file.id), files: files.length, bytes: bytesOf(files) };
}

function failing(path: string, code: string, message: string): Planned<number[]> {
  return { kind: 'failed', failed: { id: null, path, code, message } };
}

function wasPurged(at: number): string {
  return `it was purged from the quarantine at ${new Date(at).toISOString()}`;
}

function isWaiting({ purged, restored }: Trashed): boolean {
  return purged === null && restored === null;
}

function idOf({ id }: Trashed): number {
  return id;
}

function bytesOf(files: readonly Trashed[]): number {
  return files.reduce((sum, file) => sum + file.size, 0);
}
