import { bundleOf } from '../reports/bundle.js';
import { openFiles } from '../reports/open-files.js';
import { pendingPage } from '../reports/pending-files.js';
import { type Claim, markClaims } from '../steps/mark-backed-up.js';
import type { Ground } from './ground.js';

/** What the HTTP API asks. Throws where the root is not what it must be. */
export async function apiOf({ bakFiles, readPending: read, store, localNow }: Ground) {
  await store().checkRoot();
  return {
    list: async (after: number, limit: number) => {
      const disk = store();
      await disk.checkRoot();
      return pendingPage({ read, store: disk }, after, limit, { types: [], only: null });
    },

    mark: async (claims: readonly Claim[]) => {
      const disk = store();
      await disk.checkRoot();
      const results = await markClaims(claims, { bakFiles, store: disk, localNow });
      return results.map(({ id, status }) => ({ id, status }));
    },

    files: (ids: readonly number[]) => openFiles(ids, bakFiles, store()),
    bundle: (ids: readonly number[]) => bundleOf(ids, bakFiles, store()),
  };
}
