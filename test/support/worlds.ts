import { randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { VIETNAM, type Zone } from './clock.js';
import { type Database, type Engine, withDatabase } from './database.js';
import type { OrderPlan } from './order-plan.js';
import type { PictureSize } from './pictures.js';
import { type Ground, type PlantedFile, type PlantedOrder, plant } from './planting.js';
import type { Serve } from './serve.js';
import { createShopTables } from './shop-tables.js';

export interface WorldOptions {
  readonly zone?: Zone;
  readonly pictures?: PictureSize;
  /** False: an empty database, for shops with tables of their own. */
  readonly tables?: boolean;
  /** What MariaDB gives to tables that do not say it themselves. */
  readonly charset?: string;
  /** MariaDB's administrator; by default the server of the test run. */
  readonly mysqlUrl?: string;
}

/** A shop: its database, its web server's disk, and the office's disk. */
export class World implements Ground {
  readonly token = randomBytes(24).toString('hex');
  readonly users = new Map<string, number>();
  readonly orders: PlantedOrder[] = [];
  readonly files = new Map<string, PlantedFile>();
  readonly ids = { user: 10, order: 100, job: 5000, rework: 7000, discuss: 9000 };
  /** The servers that run, the latest last. */
  readonly servers = new Set<Serve>();

  constructor(
    readonly folder: string,
    readonly databaseUrl: string,
    readonly zone: Zone,
    readonly pictures: PictureSize,
    private readonly dropDatabase: () => Promise<void>,
  ) {}

  get engine(): Engine {
    return this.databaseUrl.startsWith('sqlite:') ? 'sqlite' : 'mariadb';
  }

  get root(): string {
    return path.join(this.folder, 'uploads/order');
  }

  get store(): string {
    return path.join(this.folder, 'store');
  }

  addOrders(plans: readonly OrderPlan[]): Promise<PlantedOrder[]> {
    return this.ask((database) => plant(this, database, plans));
  }

  async addOrder(plan: OrderPlan): Promise<PlantedOrder> {
    const [order] = await this.addOrders([plan]);
    if (order === undefined) throw new Error('no order was added');
    return order;
  }

  /** Staff take back the finish of an order, or finish it. */
  setStatus(order: number, status: number): Promise<void> {
    return this.ask((database) =>
      database.run('UPDATE tbl_order SET status = ? WHERE id_order = ?', [status, order]),
    );
  }

  ask<T>(question: (database: Database) => Promise<T>): Promise<T> {
    return withDatabase(this.databaseUrl, question);
  }

  /** The same shop once more, in a folder of its own; only a SQLite world can be copied. */
  async copy(): Promise<World> {
    const folder = await newFolder();
    await cp(this.folder, folder, { recursive: true, preserveTimestamps: true });
    const copy = new World(folder, sqliteUrl(folder), this.zone, this.pictures, async () => {});
    for (const [name, id] of this.users) copy.users.set(name, id);
    for (const [file, planted] of this.files) copy.files.set(file, planted);
    copy.orders.push(...this.orders);
    Object.assign(copy.ids, this.ids);
    return copy;
  }

  /** The server that `pull` asks, while one runs. */
  get serving(): Serve | undefined {
    return [...this.servers].at(-1);
  }

  async remove(): Promise<void> {
    try {
      for (const serve of this.servers) await serve.stop();
    } finally {
      await this.dropDatabase();
      await rm(this.folder, { recursive: true, force: true });
    }
  }
}

export async function createWorld(engine: Engine, options: WorldOptions = {}): Promise<World> {
  const folder = await newFolder();
  const { zone = VIETNAM, pictures = 'photo' } = options;
  const { url, drop } =
    engine === 'sqlite' ? { url: sqliteUrl(folder), drop: async () => {} } : await createDatabase(options);
  const world = new World(folder, url, zone, pictures, drop);
  for (const part of [world.root, world.store, `${folder}/home`, `${folder}/office`]) {
    await mkdir(part, { recursive: true });
  }
  if (options.tables !== false) await world.ask(createShopTables);
  return world;
}

async function newFolder(): Promise<string> {
  // The real path: where the temporary folder is itself a link, it is not what a test wants to find out.
  return await realpath(await mkdtemp(path.join(tmpdir(), 'orderbak-world-')));
}

function sqliteUrl(folder: string): string {
  return `sqlite:${path.join(folder, 'shop.db')}`;
}

async function createDatabase(options: WorldOptions): Promise<{ url: string; drop: () => Promise<void> }> {
  const admin = options.mysqlUrl ?? (await mysqlOfTheRun());
  const name = `orderbak_test_${randomBytes(6).toString('hex')}`;
  await withDatabase(admin, (database) =>
    database.run(`CREATE DATABASE ${name} CHARACTER SET ${options.charset ?? 'utf8mb4'}`),
  );
  const url = new URL(admin);
  url.pathname = `/${name}`;
  const drop = (): Promise<void> =>
    withDatabase(admin, (database) => database.run(`DROP DATABASE IF EXISTS ${name}`));
  return { url: url.href, drop };
}

async function mysqlOfTheRun(): Promise<string> {
  // Imported here only: scripts that are no tests build worlds too, and pass their own server.
  const { inject } = await import('vitest');
  return inject('mysqlUrl');
}
