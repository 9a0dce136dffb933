import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { World } from './worlds.js';

/**
 * Lets the views say where these orders' folders are, as a shop does that writes them down. Returns the variables of the
 * configuration.
 */
export async function nameFolders(
  world: World,
  folders: ReadonlyMap<number, string>,
): Promise<Record<string, string>> {
  await world.ask(async (database) => {
    for (const [order, folder] of folders)
      await database.run('UPDATE tbl_order SET title = ? WHERE id_order = ?', [folder, order]);
  });
  const name = world.engine === 'sqlite' ? 'sqlite' : 'mysql';
  const shipped = new URL(`../../sql/source/${name}.sql`, import.meta.url);
  const views = path.join(world.folder, 'views.sql');
  await writeFile(views, (await readFile(shipped, 'utf8')).replace('NULL AS folder', 'o.title AS folder'));
  return { ORDERBAK_SOURCE_VIEWS: views };
}
