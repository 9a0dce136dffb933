import { exposition } from '../domain/exposition.js';
import { bundleOf } from '../reports/bundle.js';
import { serverGauges } from '../reports/metrics.js';
import { openFiles } from '../reports/open-files.js';
import { pendingPage } from '../reports/pending-files.js';
import type { Claim } from '../steps/check-claims.js';
import { markClaims } from '../steps/mark-backed-up.js';
import type { Ground } from './ground.js';
import { onceAMinute } from './metrics.js';
import { serverStatusOf } from './status.js';

/** What the HTTP API asks. Throws where the root is not what it must be. */
export async function apiOf(ground: Ground) {
  const { bakFiles, pending, store, localNow, clock } = ground;
  /** An empty folder where a disk is not mounted must not look as if the files were gone. */
  const rootThere = async () => {
    const disk = store();
    await disk.checkRoot();
    return disk;
  };
  await rootThere();
  const status = onceAMinute(() => serverStatusOf(ground), clock);
  return {
    list: async (after: number, limit: number) =>
      pendingPage({ pending, store: await rootThere() }, { types: [], only: null }, after, limit),

    mark: async (claims: readonly Claim[]) => {
      const results = await markClaims(claims, { bakFiles, store: await rootThere(), localNow });
      return results.map(({ id, status }) => ({ id, status }));
    },

    metrics: async () => exposition(serverGauges(await status())),

    async *files(ids: readonly number[]) {
      yield* openFiles(ids, bakFiles, await rootThere());
    },

    async *bundle(ids: readonly number[]) {
      yield* bundleOf(ids, bakFiles, await rootThere());
    },
  };
}
