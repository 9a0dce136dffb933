import { buildShop, type Shop } from './build-shop.js';
import { type Count, countDisks } from './count.js';
import { type NextCommand, nextCommands } from './next-commands.js';
import { type NightWatch, playNight, type StepResult } from './night.js';
import { leavePlace, makePlace, type Place, writeConfigs } from './place.js';
import { type Fate, prove } from './proof.js';
import { type Staying, whatStays } from './staying.js';

/** Hears of the demo while it goes on. */
export interface DemoWatch extends NightWatch {
  /** Times in ms. */
  built(place: Place, shop: Shop, before: Count, elapsedMs: number): void;
}

/** What came of a demo. */
export interface DemoReport {
  /** Where everything still lies; null when it is removed. */
  readonly folder: string | null;
  readonly elapsedMs: number;
  readonly before: Count;
  readonly after: Count;
  readonly steps: readonly StepResult[];
  /** How many originals the office ought to hold, and how many it holds byte for byte. */
  readonly originals: { readonly wanted: number; readonly held: number };
  /** How many of all files ended where. */
  readonly fates: Partial<Readonly<Record<Fate, number>>>;
  readonly staying: readonly Staying[];
  /** What is not as it should be; empty when all is well. */
  readonly faults: readonly string[];
  readonly next: readonly NextCommand[];
}

/**
 * Builds a small shop in a temporary folder, plays a night, and looks what became of every file. The folder is removed at
 * the end, also of a demo that failed, unless `keep`. Throws when a command fails, and the reason of `stop` when that is aborted.
 */
export async function runDemo(keep: boolean, watch: DemoWatch, stop: AbortSignal): Promise<DemoReport> {
  const began = Date.now();
  const place = await makePlace(keep);
  try {
    const shop = await buildShop(place, began, stop);
    const before = await countDisks(place);
    watch.built(place, shop, before, Date.now() - began);
    const { steps, url } = await playNight(place, shop, watch, stop);
    const { found, wanted, held, faults } = await prove(place, shop);
    const fates: Partial<Record<Fate, number>> = {};
    for (const { fate } of found) fates[fate] = (fates[fate] ?? 0) + 1;
    return {
      folder: keep ? place.folder : null,
      elapsedMs: Date.now() - began,
      before,
      after: await countDisks(place),
      steps,
      originals: { wanted, held },
      fates,
      staying: whatStays(found, steps),
      faults,
      next: keep ? await nextCommands(place, shop, await writeConfigs(place, url)) : [],
    };
  } finally {
    await leavePlace(place, keep);
  }
}
