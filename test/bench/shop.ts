import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Database, withDatabase } from '../support/database.js';
import { PROGRAM } from '../support/run.js';
import { createShopTables } from '../support/shop-tables.js';
import { type Command, run } from './measure.js';
import type { Place } from './place.js';
import type { Service } from './service.js';
import { fillShop, folderOf, type ShopShape, ZONE } from './shop-rows.js';
import { needed } from './tools.js';

/** A row of `tbl_bak_order` and where its file lies, below the root. */
export interface Recorded {
  readonly id: number;
  readonly path: string;
}

/** A shop's database and settings, in which orderbak and `mariadb` are run. */
export class Shop {
  readonly token = randomBytes(24).toString('hex');

  private constructor(
    readonly folder: string,
    readonly root: string,
    readonly databaseUrl: string,
    private readonly adminUrl: string,
    /** The database server, whose work is counted with that of who asks it. */
    readonly services: readonly Service[],
  ) {}

  /** Makes a shop of this shape with an empty root, and lets `orderbak migrate` prepare it. `root`: files that are there already. */
  static async create(place: Place, shape: ShopShape, root?: string): Promise<Shop> {
    const { url: adminUrl, service } = await place.mariadb();
    const folder = place.empty('shop');
    const name = `orderbak_bench_${randomBytes(6).toString('hex')}`;
    await withDatabase(adminUrl, (database) => database.run(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`));
    const url = new URL(adminUrl);
    url.pathname = `/${name}`;
    const shopRoot = root ?? path.join(folder, 'uploads');
    if (root === undefined) {
      mkdirSync(path.join(shopRoot, 'nobody'), { recursive: true });
      writeFileSync(
        path.join(shopRoot, 'nobody', 'note.txt'),
        'a root with nothing in it is taken for a lost one\n',
      );
    }
    const shop = new Shop(folder, shopRoot, url.href, adminUrl, service === undefined ? [] : [service]);
    // The mark of an earlier shop would make this one a stranger's.
    rmSync(path.join(shopRoot, '.orderbak-root'), { force: true });
    await shop.ask(createShopTables);
    await shop.ask((database) => fillShop(database, shape));
    await run(shop.orderbak('migrate'));
    return shop;
  }

  get settings(): Readonly<Record<string, string>> {
    return {
      ORDERBAK_DATABASE_URL: this.databaseUrl,
      ORDERBAK_ORDERS_ROOT: this.root,
      ORDERBAK_SHOP_TIMEZONE: ZONE.name,
      ORDERBAK_SERVER_TOKEN: this.token,
    };
  }

  /** `orderbak …` on the server, to be run or measured. */
  orderbak(...args: readonly string[]): Command {
    const argv = [process.execPath, PROGRAM, ...args];
    return { argv, env: this.settings, cwd: this.folder, services: this.services };
  }

  /** `mariadb …` with this shop's database, in the shop's zone, to be run or measured. */
  mariadb(...args: readonly string[]): Command {
    return { argv: [...this.client, ...args], cwd: this.folder, services: this.services };
  }

  /** The first words of each `mariadb` command. */
  get client(): string[] {
    const { hostname, port, username, password, pathname } = new URL(this.databaseUrl);
    const secret = password === '' ? [] : [`--password=${decodeURIComponent(password)}`];
    return [
      needed('mariadb', 'mariadb-client'),
      '--no-defaults',
      ...['-h', hostname, '-P', port, '-u', username],
      ...secret,
      ...[
        '--default-character-set=utf8mb4',
        `--init-command=SET time_zone='${ZONE.offset}'`,
        pathname.slice(1),
      ],
    ];
  }

  ask<T>(question: (database: Database) => Promise<T>): Promise<T> {
    return withDatabase(this.databaseUrl, question);
  }

  /** Every recorded file, in the order of the rows' ids. */
  recorded(): Promise<Recorded[]> {
    return this.ask(async (database) => {
      const rows = await database.all('SELECT id, id_order, filename FROM tbl_bak_order ORDER BY id');
      return rows.map((row) => ({
        id: Number(row.id),
        path: `${folderOf(Number(row.id_order))}/${row.filename}`,
      }));
    });
  }

  /** Keeps the recorded rows as they are now, so that `recall` can bring them back. */
  async remember(): Promise<void> {
    await this.ask(async (database) => {
      await database.run('CREATE TABLE remembered LIKE tbl_bak_order');
      await database.run('INSERT INTO remembered SELECT * FROM tbl_bak_order');
    });
  }

  async recall(): Promise<void> {
    await this.ask(async (database) => {
      await database.run('TRUNCATE tbl_bak_order');
      await database.run('INSERT INTO tbl_bak_order SELECT * FROM remembered');
    });
  }

  /** How many rows a table has, of those that fulfil the condition. */
  count(table: string, condition = '1 = 1'): Promise<number> {
    return this.ask(async (database) => {
      const [row] = await database.all(`SELECT COUNT(*) AS rows_found FROM ${table} WHERE ${condition}`);
      return Number(row?.rows_found);
    });
  }

  async close(): Promise<void> {
    const name = new URL(this.databaseUrl).pathname.slice(1);
    await withDatabase(this.adminUrl, (database) => database.run(`DROP DATABASE ${name}`));
  }
}
