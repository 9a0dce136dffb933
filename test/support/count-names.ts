import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { World } from './worlds.js';

/** How many names begin so in the orders' folders, or in `below` of each; cheap enough to be asked until it is so many. */
export function countNames(world: World, start: string, below = ''): number {
  const folders = new Set(world.orders.map((order) => path.join(world.root, order.folder, below)));
  let count = 0;
  for (const folder of folders) {
    // Of a disk that somebody is writing to only the names can be read.
    if (existsSync(folder)) count += readdirSync(folder).filter((name) => name.startsWith(start)).length;
  }
  return count;
}
