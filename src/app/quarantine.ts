import { localText } from '../domain/local-time.js';
import type { Summary } from '../jobs/summary.js';
import { countStrangers, type QuarantinedFile, quarantinedFiles } from '../reports/quarantined-files.js';
import type { OrderFilter } from '../steps/ports/shop.js';
import { purgeTrashStep } from '../steps/purge-trash.js';
import { restoreTrashStep, type Wish } from '../steps/restore-trash.js';
import type { RunChoices } from './choices.js';
import type { Ground } from './ground.js';

/** What a person does with trash that waits. */
export function quarantineOf({
  config,
  clock,
  zone,
  source,
  deletions,
  quarantine,
  store,
  run,
  retention,
}: Ground) {
  return {
    /** What waits in the quarantine, in id order. */
    async *quarantined(run: number | null, only: OrderFilter): AsyncGenerator<QuarantinedFile[]> {
      const disk = store();
      await disk.checkRoot();
      const folders = only && (await source.folderFacts(only)).folders.map(({ folder }) => folder);
      yield* quarantinedFiles(quarantine, disk, { before: null, run, folders });
    },

    /** How many files lie in the quarantine that are none of orderbak's. */
    strangers: () => countStrangers(quarantine, store(), config.thumbs.folder),

    /** A moment (ms since 1970) on the shop's clock. */
    localTime: (ms: number) => localText(ms, zone),

    /** How long trash waits unless somebody says otherwise, ms. */
    trashKeep: config.trash.keep,

    restoreTrash: (wish: Wish, choices: RunChoices): Promise<Summary> =>
      run(restoreTrashStep(wish, { deletions, quarantine, store: store() }), choices),

    /** By hand: what has waited for at least `age` ms, or all that a run put there. */
    purgeTrash: (age: number, ofRun: number | null, choices: RunChoices): Promise<Summary> => {
      const which = { before: clock() - age, run: ofRun, folders: null };
      return run(
        purgeTrashStep({ source, deletions, quarantine, store: store(), retention: retention(null), which }),
        choices,
        choices.maxDelete,
      );
    },
  };
}
