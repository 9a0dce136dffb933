import { need } from '../config/needs.js';
import { brokenLists } from '../db/broken-lists.js';
import { unknownOrders } from '../db/known-orders.js';
import { pastRemovals } from '../db/past-removals.js';
import type { FileType } from '../domain/file-type.js';
import { type FilePlace, placeTyped } from '../domain/typed-path.js';
import type { ListedFile } from '../domain/wire.js';
import { EXIT, OrderbakError } from '../errors.js';
import { pendingFiles } from '../reports/pending-files.js';
import { type Answer, why, whyRow } from '../reports/why.js';
import type { OrderFilter } from '../steps/ports/shop.js';
import { rootNames } from '../store/root.js';
import type { Ground } from './ground.js';

const BROKEN_LISTS_TOLD = 5;

/** What a person asks of the server; nothing is changed. */
export function questionsOf(ground: Ground) {
  const { config, clock, database, source, bakFiles, pending, store } = ground;

  /** The file that somebody means who types a path in the folder `cwd`. Throws with exit 2 when it can be none below the root. */
  const placeOf = async (typed: string, cwd: string): Promise<FilePlace> => {
    const root = need(config, 'orders', 'root');
    const place = placeTyped(typed, cwd, await rootNames(root));
    if (place !== null) return place;
    throw new OrderbakError(
      EXIT.usage,
      'usage',
      `"${typed}" is no file of an order below ${root}`,
      'Write the path as <order folder>/<filename>, or the id of a row.',
    );
  };

  return {
    placeOf,

    /** The first server question of task 4: every file that waits for the office, in id order, some thousand at a time. */
    async *list(types: readonly FileType[], only: OrderFilter): AsyncGenerator<ListedFile[]> {
      const disk = store();
      await disk.checkRoot();
      yield* pendingFiles({ pending, store: disk }, { types, only });
    },

    /** Which of these orders nobody knows. */
    unknownOrders: (ids: readonly number[]): Promise<number[]> => unknownOrders(database, ids),

    /** Why a file is gone, kept or held: by the id of its row, or by a path that was typed in the folder `cwd`. */
    async why(asked: string, cwd: string): Promise<Answer> {
      const disk = store();
      await disk.checkRoot();
      const parts = {
        source,
        rows: bakFiles,
        brokenLists: (orders: ReadonlySet<number>) => brokenLists(database, orders, BROKEN_LISTS_TOLD),
        removalsOf: (folder: string, filename: string) => pastRemovals(database, folder, filename),
        store: disk,
        retention: ground.retention(null),
        youngest: clock() - config.trash.min_age,
        thumbsFolder: config.thumbs.folder,
      };
      return /^\d+$/.test(asked) ? whyRow(Number(asked), parts) : why(await placeOf(asked, cwd), parts);
    },
  };
}
