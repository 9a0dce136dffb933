import { createCipheriv, createHash } from 'node:crypto';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { type BakRow, readBakRows } from '../support/bak-rows.js';
import { judgeChecksums } from '../support/checksums.js';
import { askOrderbak, keepServe } from '../support/kept-orderbak.js';
import { ordersIn } from '../support/oracle.js';
import type { OrderPlan } from '../support/order-plan.js';
import { namesOf, type PlantedOrder } from '../support/planting.js';
import { type Finished, type Started, start } from '../support/run.js';
import type { Serve } from '../support/serve.js';
import { snapshot } from '../support/snapshot.js';
import { createWorld, type World } from '../support/worlds.js';
import { type ProxyServer, startProxy, type Weather } from './proxy.js';

export interface PullOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly wrap?: readonly string[];
}

/** A shop that serves its finished orders, and offices that each pull one of them into a store of their own. */
export class Shop {
  private readonly proxies: ProxyServer[] = [];

  private constructor(
    readonly world: World,
    readonly serve: Serve,
    private readonly orders: ReadonlyMap<string, PlantedOrder>,
  ) {}

  /** Orders by a name; `sizes` gives files of that name so many bytes, other files are small. */
  static async open(
    plans: Readonly<Record<string, OrderPlan>>,
    sizes: Readonly<Record<string, number>> = {},
    serve: (world: World) => Promise<Serve> = keepServe,
  ): Promise<Shop> {
    const world = await createWorld('sqlite', { pictures: 'small' });
    const planted = await world.addOrders(Object.values(plans));
    const orders = new Map(Object.keys(plans).map((name, i) => [name, planted[i] as PlantedOrder]));
    for (const file of world.files.values()) {
      const size = sizes[file.name];
      if (size !== undefined) await writeFile(path.join(world.root, file.path), someBytes(size, file.path));
    }
    for (const command of ['migrate', 'insert']) {
      expect(await askOrderbak(world, [command])).toMatchObject({ code: 0, stderr: '' });
    }
    return new Shop(world, await serve(world), orders);
  }

  async close(): Promise<void> {
    for (const proxy of this.proxies) proxy.close();
    await this.world.remove();
  }

  order(name: string): PlantedOrder {
    const order = this.orders.get(name);
    if (order === undefined) throw new Error(`there is no order ${name}`);
    return order;
  }

  /** An office of its own for one order; what it says to the server goes through a proxy. */
  async office(name: string, weather?: Weather): Promise<Office> {
    const store = path.join(this.world.folder, `store of ${name}`);
    await mkdir(store, { recursive: true });
    const proxy = await startProxy(this.serve.url, weather);
    this.proxies.push(proxy);
    return new Office(this, this.order(name), store, proxy);
  }

  async rows(order: PlantedOrder): Promise<BakRow[]> {
    return (await this.world.ask(readBakRows)).filter((row) => row.order === order.id);
  }

  /** The server forgets that an order is backed up. */
  forgetMarks(order: PlantedOrder): Promise<void> {
    return this.world.ask((database) =>
      database.run(
        'UPDATE tbl_bak_order SET bak_date_time = NULL, file_size = NULL, file_sha256 = NULL WHERE id_order = ?',
        [order.id],
      ),
    );
  }
}

export class Office {
  constructor(
    readonly shop: Shop,
    readonly order: PlantedOrder,
    readonly store: string,
    readonly proxy: ProxyServer,
  ) {}

  /** What the plan of the order names, and lies on the server's disk. */
  get names(): string[] {
    return namesOf(this.order.plan).map(({ name }) => name);
  }

  get folder(): string {
    return path.join(this.store, this.order.folder);
  }

  onServer(name: string): string {
    return path.join(this.shop.world.root, this.order.folder, name);
  }

  inStore(name: string): string {
    return path.join(this.folder, name);
  }

  /** In a process of its own, which can be hurt. */
  begin(args: readonly string[] = [], { env = {}, wrap = [] }: PullOptions = {}): Started {
    return start(this.shop.world, this.asked(args), { env: this.settings(env), wrap });
  }

  pull(args: readonly string[] = [], { env = {}, wrap = [] }: PullOptions = {}): Promise<Finished> {
    if (wrap.length > 0) return this.begin(args, { env, wrap }).finished;
    return askOrderbak(this.shop.world, this.asked(args), { env: this.settings(env) });
  }

  private asked(args: readonly string[]): string[] {
    return ['pull', '--order', String(this.order.id), ...args];
  }

  private settings(env: NonNullable<PullOptions['env']>): NonNullable<PullOptions['env']> {
    return { ORDERBAK_PULL_URL: this.proxy.url, ORDERBAK_PULL_STORE: this.store, ...env };
  }

  /** A run that goes well is silent. */
  async pullWell(args: readonly string[] = [], options: PullOptions = {}): Promise<void> {
    expect(await this.pull(args, options)).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
  }

  /** Every file is in its place byte for byte, listed in SHA256SUMS, and marked with its receipt; nothing else is there. */
  async expectAllStored(): Promise<void> {
    for (const name of this.names) {
      expect(hashOf(await readFile(this.inStore(name))), name).toBe(
        hashOf(await readFile(this.onServer(name))),
      );
    }
    expect(await this.sums()).toEqual([]);
    await this.expectMarked(this.names);
    expect(await this.parts()).toEqual([]);
  }

  /** What is marked, and that each mark has the receipt of the server's bytes. */
  async expectMarked(names: readonly string[]): Promise<void> {
    const marked = (await this.shop.rows(this.order)).filter((row) => row.isBackedUp);
    expect(marked.map((row) => row.name).sort()).toEqual([...names].sort());
    for (const { name, size, sha256 } of marked) {
      const bytes = await readFile(this.onServer(name));
      expect({ size, sha256 }, name).toEqual({ size: bytes.length, sha256: hashOf(bytes) });
    }
  }

  /** What `sha256sum -c` has against the store. */
  async sums(): Promise<string[]> {
    return judgeChecksums(this.store, ordersIn(await snapshot(this.store)));
  }

  /** Files of the order's folder in the store that hold other bytes than the server's file of that name. */
  async strangers(): Promise<string[]> {
    const strange: string[] = [];
    for (const name of await readdir(this.folder).catch(() => [])) {
      const ours = await readFile(this.onServer(name)).catch(() => null);
      if (name !== 'SHA256SUMS' && ours?.equals(await readFile(this.inStore(name))) !== true)
        strange.push(name);
    }
    return strange;
  }

  /** The sizes of the half files. */
  async parts(): Promise<number[]> {
    const folder = path.join(this.store, '.orderbak/part');
    const names = await readdir(folder).catch(() => []);
    // One that has just got its place in the store is none any more.
    const size = (name: string) =>
      stat(path.join(folder, name)).then(
        (stats) => stats.size,
        () => null,
      );
    return (await Promise.all(names.map(size))).filter((bytes) => bytes !== null);
  }

  /** Waits until a half file has grown to `size` bytes; fails when the run ends before. */
  async untilHalf({ child }: Started, size: number): Promise<void> {
    while (!(await this.parts()).some((part) => part >= size)) {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error('the run ended too early');
      await sleep(10);
    }
  }
}

export function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Bytes that repeat nowhere: a piece in the wrong place must show. The same ones for the same seed. */
export function someBytes(size: number, seed: string): Buffer {
  const key = createHash('sha256').update(seed).digest();
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(size));
}
