import type { Ceiling } from '../domain/ceiling.js';
import { localText } from '../domain/local-time.js';
import { EXIT, OrderbakError } from '../errors.js';
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
  const purge = (age: number, ofRun: number | null, choices: RunChoices): Promise<Summary> => {
    const which = { before: clock() - age, run: ofRun, folders: null };
    const asked = { source, retention: retention(null), which };
    const step = purgeTrashStep({ ...asked, deletions, quarantine, store: store(), clock });
    return run(step, choices, choices.maxDelete ?? purgeCeiling(config.delete.max));
  };

  return {
    /** What waits in the quarantine, in id order. */
    async *quarantined(run: number | null, only: OrderFilter): AsyncGenerator<QuarantinedFile[]> {
      const disk = store();
      await disk.checkRoot();
      const folders = only && (await source.folderFacts(only)).folders.map(({ folder }) => folder);
      yield* quarantinedFiles(quarantine, disk, { before: null, run, folders });
    },

    /** How many files lie in the quarantine that are none of orderbak's. */
    strangers: () => countStrangers(quarantine.own, store(), config.thumbs.folder),

    /** A moment (ms since 1970) on the shop's clock. */
    localTime: (ms: number) => localText(ms, zone),

    /** How long trash waits unless somebody says otherwise, ms. */
    trashKeep: config.trash.keep,

    restoreTrash: (wish: Wish, choices: RunChoices): Promise<Summary> =>
      run(restoreTrashStep(wish, { deletions, quarantine, store: store() }), choices),

    /** By hand: what has waited for at least `age` ms, or all that a run put there. */
    purgeTrash: purge,

    /**
     * What has waited for at least `age` ms, and for as long as [trash] keep promises. Null where nothing has, or another run
     * purges at this moment.
     */
    async clearTrash(age: number, choices: RunChoices): Promise<Summary | null> {
      const enough = Math.max(age, config.trash.keep);
      const which = { before: clock() - enough, run: null, folders: null };
      if ((await quarantine.waiting(which, 0, 1)).length === 0) return null;
      return nullWhereBusy(purge(enough, null, choices));
    },
  };
}

/** A share is one of the files in order folders: how many of those that wait are due says nothing. */
export function purgeCeiling(ceiling: Ceiling | null): Ceiling | null {
  return ceiling?.kind === 'count' ? ceiling : null;
}

/** A run that another one of its step makes needless. */
export async function nullWhereBusy(running: Promise<Summary>): Promise<Summary | null> {
  try {
    return await running;
  } catch (error) {
    if (error instanceof OrderbakError && error.exit === EXIT.busy) return null;
    throw error;
  }
}
