import { readBakRows } from '../support/bak-rows.js';
import type { Engine } from '../support/database.js';
import { judgeLoss } from '../support/loss-oracle.js';
import { gather } from '../support/oracle.js';
import type { OrderPlan } from '../support/order-plan.js';
import type { PlantedOrder } from '../support/planting.js';
import { differences, snapshot, type Tree } from '../support/snapshot.js';
import { createWorld, type World, type WorldOptions } from '../support/worlds.js';

const built = (path: string) => new URL(`../../dist/${path}`, import.meta.url).href;
// The build has the types of its source; it is imported from there because its picture child must be JavaScript.
const { openServerApp } = (await import(
  /* @vite-ignore */ built('app/server.js')
)) as typeof import('../../src/app/server.js');
const { openGround: openBuiltGround } = (await import(
  /* @vite-ignore */ built('app/ground.js')
)) as typeof import('../../src/app/ground.js');
const { loadConfig } = (await import(
  /* @vite-ignore */ built('config/load.js')
)) as typeof import('../../src/config/load.js');

type ServerApp = Awaited<ReturnType<typeof openServerApp>>;
type Choices = Parameters<ServerApp['insert']>[0];
type Wish = Parameters<ServerApp['restoreTrash']>[0];
export type Summary = Awaited<ReturnType<ServerApp['insert']>>;

export type StepName = 'insert' | 'unlink-discuss' | 'unlink-trash' | 'unlink-backed-up';

export const CHOICES: Choices = {
  dryRun: false,
  only: null,
  limit: null,
  maxDelete: null,
  olderThan: null,
  origin: 'hand',
  version: 'test',
  stop: new AbortController().signal,
  errand: { kin: { night: null, resumes: null }, failedIn: null },
  watcher: {
    planning: () => {},
    started: () => {},
    moved: () => {},
    advanced: () => {},
    finished: () => {},
  },
};

export interface ShopOptions extends WorldOptions {
  /** More variables of the configuration. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A world whose server is asked in this process: what a command does, without the time that a process costs. */
export class Shop {
  private constructor(
    readonly world: World,
    readonly app: ServerApp,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  static async open(world: World, more: Readonly<Record<string, string>> = {}): Promise<Shop> {
    const env = {
      ORDERBAK_CONFIG: '/dev/null',
      ORDERBAK_DATABASE_URL: world.databaseUrl,
      ORDERBAK_ORDERS_ROOT: world.root,
      ORDERBAK_SHOP_TIMEZONE: world.zone.name,
      ...more,
    };
    return new Shop(world, await openServerApp(loadConfig(null, env)), env);
  }

  /** What its server stands on, once more. */
  openGround() {
    return openBuiltGround(loadConfig(null, this.env));
  }

  run(step: StepName, choices: Partial<Choices> = {}): Promise<Summary> {
    return this.app[step]({ ...CHOICES, ...choices });
  }

  /** One run with other settings. */
  async runWith(env: Readonly<Record<string, string>>, step: StepName, choices: Partial<Choices> = {}) {
    const other = await Shop.open(this.world, { ...this.env, ...env });
    return other.run(step, choices).finally(() => other.app.close());
  }

  /** The operator's word that everything which is copied is backed up; the server records its own bytes. */
  async backUp(isWanted: (name: string, order: number) => boolean = () => true): Promise<Summary> {
    const rows = await this.rows();
    const waiting = rows.filter((row) => row.type !== 5 && !row.isBackedUp && isWanted(row.name, row.order));
    return this.mark(waiting.map(({ id }) => ({ id })));
  }

  mark(claims: readonly { id: number; size?: number; sha256?: string }[]): Promise<Summary> {
    const all = async function* () {
      yield* claims as { id: number }[];
    };
    return this.app.markBackedUp(all(), CHOICES);
  }

  /** Brings files back from the quarantine: by ids, by places, or all of a run. */
  restore(wish: Partial<Wish>, choices: Partial<Choices> = {}): Promise<Summary> {
    return this.app.restoreTrash({ ids: [], paths: [], run: null, ...wish }, { ...CHOICES, ...choices });
  }

  /** Deletes for good what has waited in the quarantine for so many ms, or all of a run. */
  purge(age: number, run: number | null = null, choices: Partial<Choices> = {}): Promise<Summary> {
    return this.app.purgeTrash(age, run, { ...CHOICES, ...choices });
  }

  rows() {
    return this.world.ask(readBakRows);
  }

  disk(): Promise<Tree> {
    return snapshot(this.world.root);
  }

  /** What has changed on the server's disk since, without what orderbak keeps there for itself. */
  async changes(before: Tree): Promise<string[]> {
    return differences(before, await this.disk()).filter((line) => !/: \.orderbak-/.test(line));
  }

  async losses(before: Tree): Promise<string[]> {
    return judgeLoss(await gather(this.world, before));
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.world.remove();
  }
}

/** A migrated shop with these orders, and the disk as it is then. */
export async function openShop(
  engine: Engine,
  plans: readonly OrderPlan[],
  { env, ...options }: ShopOptions = {},
): Promise<{ shop: Shop; orders: PlantedOrder[]; before: Tree }> {
  const world = await createWorld(engine, { pictures: 'small', ...options });
  const orders = await world.addOrders(plans);
  const shop = await Shop.open(world, env);
  await shop.app.migrate();
  return { shop, orders, before: await shop.disk() };
}

/** The order at a place of the plans. */
export function at<T>(list: readonly T[], index: number): T {
  const entry = list[index];
  if (entry === undefined) throw new Error(`there is none at ${index}`);
  return entry;
}

/** What was held back, by the file's own name. */
export function heldBy(summary: Summary): Record<string, string> {
  return Object.fromEntries(summary.held.map(({ path, reason }) => [path.split('/').pop() ?? '', reason]));
}
