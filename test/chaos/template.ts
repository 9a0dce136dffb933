import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { type Database, type Engine, withDatabase } from '../support/database.js';
import { createWorld, World } from '../support/worlds.js';
import { readState } from './oracle/read-state.js';
import type { State } from './oracle/state.js';
import type { ShopMaker } from './shop.js';

const run = promisify(execFile);

/** A shop that is made once; each round works on a copy. */
export interface Template {
  readonly world: World;
  /** What a fresh copy looks like; taken once, for they are all alike. */
  readonly state: State;
}

/** Makes the template of a shop; `mysqlUrl` is MariaDB's administrator. */
export async function makeTemplate(engine: Engine, shop: ShopMaker, mysqlUrl: string): Promise<Template> {
  const world = await createWorld(engine, { mysqlUrl, pictures: 'small' });
  try {
    await shop.make(world);
    return { world, state: await readState(world) };
  } catch (error) {
    await world.remove();
    throw error;
  }
}

/** The same shop once more: times, links and rows as they are. */
export async function copyWorld(original: World, mysqlUrl: string): Promise<World> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'orderbak-scene-')));
  await run('cp', ['-a', `${original.folder}/.`, folder]);
  const { url, drop } =
    original.engine === 'sqlite'
      ? { url: `sqlite:${path.join(folder, 'shop.db')}`, drop: async () => {} }
      : await copyDatabase(original.databaseUrl, mysqlUrl);
  const copy = new World(folder, url, original.zone, original.pictures, drop);
  for (const [name, id] of original.users) copy.users.set(name, id);
  for (const [file, planted] of original.files) copy.files.set(file, planted);
  copy.orders.push(...original.orders);
  Object.assign(copy.ids, original.ids);
  return copy;
}

export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

async function copyDatabase(
  from: string,
  mysqlUrl: string,
): Promise<{ url: string; drop: () => Promise<void> }> {
  const source = new URL(from).pathname.slice(1);
  const name = `orderbak_scene_${randomBytes(6).toString('hex')}`;
  await withDatabase(mysqlUrl, (database) => copyTables(database, source, name));
  const url = new URL(mysqlUrl);
  url.pathname = `/${name}`;
  const drop = (): Promise<void> =>
    withDatabase(mysqlUrl, (database) => database.run(`DROP DATABASE IF EXISTS ${name}`));
  return { url: url.href, drop };
}

async function copyTables(database: Database, source: string, name: string): Promise<void> {
  await database.run(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
  const tables = await database.all(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ? AND table_type = 'BASE TABLE'",
    [source],
  );
  for (const table of tables.map((row) => String(row.name))) {
    await database.run(`CREATE TABLE ${name}.${table} LIKE ${source}.${table}`);
    await database.run(`INSERT INTO ${name}.${table} SELECT * FROM ${source}.${table}`);
  }
  const views = await database.all(
    'SELECT table_name AS name, view_definition AS text FROM information_schema.views WHERE table_schema = ?',
    [source],
  );
  for (const { name: view, text } of views) {
    const definition = String(text).replaceAll(`\`${source}\`.`, `\`${name}\`.`);
    await database.run(`CREATE VIEW ${name}.${String(view)} AS ${definition}`);
  }
}
