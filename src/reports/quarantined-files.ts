import { pagesOf } from '../domain/pages.js';
import type { OrderStore } from '../steps/ports/disk.js';
import type { Quarantine, Trashed, WaitingFilter } from '../steps/ports/removals.js';
import { glancesAt } from './glances.js';

const PAGE = 500;

/** A file that waits in the quarantine; `size` is null when it is not there, or cannot be looked at. */
export interface QuarantinedFile extends Omit<Trashed, 'size'> {
  readonly size: number | null;
}

/** All files that wait, ascending by id, a page at a time. */
export async function* quarantinedFiles(
  quarantine: Quarantine,
  store: OrderStore,
  filter: WaitingFilter,
): AsyncGenerator<QuarantinedFile[]> {
  const pages = pagesOf(
    (after) => quarantine.waiting(filter, after, PAGE),
    ({ id }) => id,
  );
  for await (const page of pages) {
    const places = page.map(({ quarantine: path, filename }) => {
      return { filename, folder: path.slice(0, -filename.length - 1) };
    });
    const found = await glancesAt(places, store);
    yield page.map((file, index) => ({ ...file, size: found[index]?.size ?? null }));
  }
}

/**
 * How many files lie in the quarantine that orderbak did not put there, or no longer answers for. `ownOf` says which of some
 * paths it does; `thumbs` is the name of the folders of thumbs.
 */
export async function countStrangers(
  ownOf: (paths: readonly string[]) => Promise<ReadonlySet<string>>,
  store: OrderStore,
  thumbs: string,
): Promise<number> {
  let strangers = 0;
  let page: string[] = [];
  const judge = async () => {
    const namesOf = (path: string) => [path, fileOfThumb(path, thumbs) ?? path];
    const own = await ownOf(page.flatMap(namesOf));
    strangers += page.filter((path) => !namesOf(path).some((name) => own.has(name))).length;
    page = [];
  };
  for await (const path of store.quarantined()) {
    page.push(path);
    if (page.length === PAGE) await judge();
  }
  if (page.length > 0) await judge();
  return strangers;
}

/** The file whose thumb a path is; null when its folder is none of thumbs. */
function fileOfThumb(path: string, thumbs: string): string | null {
  const parts = path.split('/');
  return parts.at(-2) === thumbs ? [...parts.slice(0, -2), parts.at(-1)].join('/') : null;
}
