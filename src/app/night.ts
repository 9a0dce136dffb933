import { openCensusBook } from '../db/census.js';
import { openOrderBlocks } from '../db/order-blocks.js';
import type { Ceiling } from '../domain/ceiling.js';
import { type Summary, withTroubles } from '../jobs/summary.js';
import type { Claim } from '../steps/check-claims.js';
import { insertStep } from '../steps/insert.js';
import { markBackedUpStep } from '../steps/mark-backed-up.js';
import { purgeTrashStep } from '../steps/purge-trash.js';
import { unlinkBackedUpStep, unlinkDiscussStep } from '../steps/unlink-recorded.js';
import { unlinkTrashStep } from '../steps/unlink-trash.js';
import { OWN, type RunChoices } from './choices.js';
import type { Ground } from './ground.js';
import { nullWhereBusy, purgeCeiling } from './quarantine.js';

/** More trash than this is more likely a database that lost its rows. */
const TRASH_CEILING: Ceiling = { kind: 'share', percent: 50 };

/** The server's tasks of the night; those that the clock starts by the names of their commands. */
export function nightOf(ground: Ground) {
  const { config, clock, database, source, bakFiles, deletions, quarantine, store, localNow, run } = ground;
  const census = openCensusBook(database);
  const retention = ({ olderThan }: RunChoices) => ground.retention(olderThan);
  const unlinkParts = (choices: RunChoices) => {
    const { only } = choices;
    const asked = { source, retention: retention(choices), only, vouched: isVouched(choices) };
    const { folder: thumbsFolder } = config.thumbs;
    return { ...asked, bakFiles, deletions, store: store(), thumbsFolder, localNow, clock };
  };
  const ceiling = (choices: RunChoices) => choices.maxDelete ?? config.delete.max;
  // Somebody who sets a ceiling for this one run has looked at the plan.
  const isVouched = (choices: RunChoices) => choices.maxDelete !== null;

  return {
    /** Task 1. */
    insert: (choices: RunChoices): Promise<Summary> => {
      const { only, dryRun: counts } = choices;
      const orderBlocks = openOrderBlocks(database, clock);
      const parts = { orderBlocks, bakFiles, store, retention: retention(choices), only, counts };
      return run(insertStep(parts), choices);
    },

    /** Task 2. */
    'unlink-discuss': (choices: RunChoices): Promise<Summary> =>
      run(unlinkDiscussStep(unlinkParts(choices)), choices, ceiling(choices)),

    /** Task 3, and the end of what an earlier night put into the quarantine. */
    async 'unlink-trash'(choices: RunChoices): Promise<Summary> {
      const { min_age: minAge, keep } = config.trash;
      const earlier = isVouched(choices) ? null : await census.last();
      const parts = { ...unlinkParts(choices), minAge, keep, earlier };
      const step = unlinkTrashStep(parts);
      const summary = await run(step, choices, ceiling(choices) ?? TRASH_CEILING);
      if (choices.dryRun || choices.stop.aborted || summary.stopped !== null) return summary;
      // A run for some orders leaves alone what waits of others.
      if (choices.only !== null) return summary;
      if (choices.limit === null) await census.remember(step.census());
      const which = { before: clock() - keep, run: null, folders: null };
      const purging = { ...parts, quarantine, which };
      const most = purgeCeiling(choices.maxDelete ?? config.delete.max);
      const purge = await nullWhereBusy(run(purgeTrashStep(purging), { ...choices, errand: OWN }, most));
      // Where another run purges at this moment, nothing is left to purge here.
      return purge === null ? summary : withTroubles(summary, purge);
    },

    /** The second server question of task 4, by hand. */
    markBackedUp: (claims: AsyncIterable<Claim>, choices: RunChoices): Promise<Summary> =>
      run(markBackedUpStep(claims, { bakFiles, store: store(), localNow }), choices),

    /** Task 5. */
    'unlink-backed-up': (choices: RunChoices): Promise<Summary> =>
      run(unlinkBackedUpStep(unlinkParts(choices)), choices, ceiling(choices)),
  };
}
