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
  await store().checkRoot();
  const status = onceAMinute(() => serverStatusOf(ground), clock);
  return {
    list: async (after: number, limit: number) => {
      const disk = store();
      await disk.checkRoot();
      return pendingPage({ pending, store: disk }, after, limit, { types: [], only: null });
    },

    mark: async (claims: readonly Claim[]) => {
      const disk = store();
      await disk.checkRoot();
      const results = await markClaims(claims, { bakFiles, store: disk, localNow });
      return results.map(({ id, status }) => ({ id, status }));
    },

    metrics: async () => exposition(serverGauges(await status())),

    files: (ids: readonly number[]) => openFiles(ids, bakFiles, store()),
    bundle: (ids: readonly number[]) => bundleOf(ids, bakFiles, store()),
  };
}
