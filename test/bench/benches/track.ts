import { closeSync, existsSync, mkdirSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Bench, type Contestant, OURS, type Size } from '../bench.js';
import { measure } from '../measure.js';
import { timesBest } from '../requirement.js';
import { Shop } from '../shop.js';
import { folderOf, namesOf, type ShopShape } from '../shop-rows.js';

const ORDERS: Record<Size, number> = { small: 200, full: 2000 };
const TRASH = 10;
const WITHOUT = 'the same, untracked';
const CHILD = fileURLToPath(new URL('../track-child.js', import.meta.url));

/** What it costs that a run can be seen and steered: the same step with it and without. */
export const track: Bench = {
  name: 'track',
  async prepare(place, size) {
    const shape: ShopShape = { orders: ORDERS[size], jobs: 1 };
    const root = await place.corpus(`track-${shape.orders}`, (folder) => writeShop(folder, shape));
    const shop = await Shop.create(place, shape, root);
    const files = shape.orders * TRASH;
    const contestant = (name: string, how: 'with' | 'without', promises: string): Contestant => ({
      name,
      command: `node track-child.js ${how}`,
      promises,
      before: async () => bringBack(root),
      run: () =>
        measure({
          argv: [process.execPath, CHILD, how],
          env: shop.settings,
          cwd: shop.folder,
          services: shop.services,
        }),
      check: async () => {
        const left = filesBelow(path.join(root, '.orderbak-trash')).length;
        if (left !== files) throw new Error(`${left} files of ${files} wait in the quarantine`);
      },
    });
    return {
      races: [
        {
          work: `a run that is tracked, ${files.toLocaleString('en-US')} small files`,
          contestants: [
            contestant(OURS, 'with', 'seen and steered while it goes; each order and failure known'),
            contestant(WITHOUT, 'without', 'begun and ended are known'),
          ],
          required: [timesBest(1.02, WITHOUT, [WITHOUT])],
        },
      ],
      close: () => shop.close(),
    };
  },
};

/** One known file in each folder, so that it is believed, and trash. */
function writeShop(root: string, shape: ShopShape): void {
  for (let order = 1; order <= shape.orders; order++) {
    const folder = path.join(root, folderOf(order));
    mkdirSync(folder);
    for (const name of namesOf(order, shape)) closeSync(openSync(path.join(folder, name), 'wx'));
    for (let n = 0; n < TRASH; n++) closeSync(openSync(path.join(folder, `trash-${n}.tmp`), 'wx'));
  }
}

function bringBack(root: string): void {
  const quarantine = path.join(root, '.orderbak-trash');
  for (const file of filesBelow(quarantine)) {
    const [, ...place] = path.relative(quarantine, file).split(path.sep);
    renameSync(file, path.join(root, ...place));
  }
  rmSync(quarantine, { recursive: true, force: true });
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}
