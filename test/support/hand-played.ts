import { execFileSync } from 'node:child_process';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { fateOf } from './fates.js';
import { owesThumb } from './oracle.js';
import { namesOf, type PlantedFile } from './planting.js';
import type { Tree } from './snapshot.js';
import type { World } from './worlds.js';

const TYPES = { main: 1, ref: 2, complete: 3, rework: 4, discuss: 5 } as const;

/** A night as it must be, played by a person with other tools. */
export async function playByHand(world: World, before: Tree): Promise<void> {
  for (const file of world.files.values()) {
    const fate = fateOf(file, {});
    if (owesThumb(file, fate)) await makeThumb(world, file);
    const to = path.join(fate === 'stored' ? world.store : `${world.root}/.orderbak-trash/r1`, file.path);
    await mkdir(path.dirname(to), { recursive: true });
    if (fate === 'discussed') await rm(path.join(world.root, file.path));
    else await rename(path.join(world.root, file.path), to);
  }
  const [order] = world.orders;
  execFileSync('sh', ['-c', 'sha256sum -- * > ../sums && mv ../sums SHA256SUMS'], {
    cwd: path.join(world.store, order?.folder ?? ''),
  });
  await record(world, before);
}

async function makeThumb(world: World, file: PlantedFile): Promise<void> {
  const thumb = sharp(path.join(world.root, file.path))
    .autoOrient()
    .resize(300, 300, { fit: 'inside', withoutEnlargement: true });
  const bytes = await (file.name.endsWith('tif') ? thumb.jpeg() : thumb).toBuffer();
  await mkdir(path.join(world.root, file.folder, 'thumb'), { recursive: true });
  await writeFile(path.join(world.root, file.folder, 'thumb', file.name), bytes);
}

async function record(world: World, before: Tree): Promise<void> {
  await world.ask(async (database) => {
    await database.run(
      `CREATE TABLE tbl_bak_order (id INTEGER PRIMARY KEY, id_order, filename, file_type, bak_date_time, file_size,
       file_sha256, unlink_time)`,
    );
    for (const order of world.orders) {
      for (const { kind, name } of namesOf(order.plan)) {
        const type = kind in TYPES ? TYPES[kind as keyof typeof TYPES] : undefined;
        const entry = before.get(`${order.folder}/${name}`);
        if (type === undefined || entry === undefined) continue;
        const sql = 'INSERT INTO tbl_bak_order VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)';
        const marked = type === 5 ? null : '2026-01-01 03:00:00';
        await database.run(sql, [
          order.id,
          name,
          type,
          marked,
          entry.size,
          entry.sha256,
          '2026-01-01 04:00:00',
        ]);
      }
    }
  });
}
