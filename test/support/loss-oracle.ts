import { fateOf } from './fates.js';
import { type Evidence, hasShopsThumb, isInQuarantine } from './oracle.js';
import type { PlantedFile } from './planting.js';
import { isSameBytes } from './snapshot.js';
import { judgeThumb } from './thumb-oracle.js';

/** Files that are nowhere any more, at whatever moment one looks; the only question that allows no exception. */
export async function judgeLoss(evidence: Evidence): Promise<string[]> {
  const faults: string[] = [];
  for (const file of evidence.world.files.values()) {
    if (isSomewhere(evidence, file)) continue;
    const fault = await faultOfGone(evidence, file);
    faults.push(...fault.map((words) => `lost: ${file.path} (${words})`));
  }
  return faults;
}

function isSomewhere(evidence: Evidence, file: PlantedFile): boolean {
  const original = evidence.before.get(file.path);
  return (
    isSameBytes(evidence.server.get(file.path), original) ||
    isSameBytes(evidence.store.get(file.path), original) ||
    // Only what nobody names may wait in quarantine; it is thrown away from there.
    (fateOf(file, {}) === 'quarantined' && isInQuarantine(evidence, file))
  );
}

/** Of a chat's file a thumb is enough, and nothing is needed if it is no picture. */
async function faultOfGone(evidence: Evidence, file: PlantedFile): Promise<string[]> {
  if (fateOf(file, {}) !== 'discussed') return ['no copy'];
  if (file.essence === undefined || hasShopsThumb(evidence.world, file)) return [];
  return await judgeThumb(evidence.world.root, file);
}
