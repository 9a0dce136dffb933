import { mkdir, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Zone } from './clock.js';
import type { Database } from './database.js';
import { type OrderPlan, toList } from './order-plan.js';
import type { Essence } from './picture-essence.js';
import { type Look, makeFile, type PictureSize } from './pictures.js';
import { ShopRows } from './shop-rows.js';

/** What the database calls a file, or why it lies there without being called anything. */
export type Kind =
  | 'main'
  | 'ref'
  | 'complete'
  | 'rework'
  | 'discuss'
  | 'trash'
  | 'youngTrash'
  | 'thumb'
  | 'aside';

export interface Named {
  readonly kind: Kind;
  readonly name: string;
}

/** A file on the server's disk and everything that speaks of it. */
export interface PlantedFile {
  readonly folder: string;
  readonly name: string;
  /** Below the orders' root. */
  readonly path: string;
  readonly look: Look | undefined;
  /** What can be seen in it, if it is a picture. */
  essence: Essence | undefined;
  readonly uses: { readonly order: number; readonly kind: Kind }[];
}

export interface PlantedOrder {
  readonly id: number;
  readonly folder: string;
  readonly plan: OrderPlan;
}

export interface Ground {
  readonly root: string;
  readonly zone: Zone;
  readonly pictures: PictureSize;
  readonly users: Map<string, number>;
  readonly orders: PlantedOrder[];
  readonly files: Map<string, PlantedFile>;
  /** The last number given out in each table; they start far apart, so that mixed-up ids show. */
  readonly ids: { user: number; order: number; job: number; rework: number; discuss: number };
}

const TWO_DAYS_MS = 2 * 86_400_000;

/** Writes orders into the shop's tables and their files into its folders. */
export async function plant(
  ground: Ground,
  database: Database,
  plans: readonly OrderPlan[],
): Promise<PlantedOrder[]> {
  const rows = new ShopRows(ground);
  const added = plans.map((plan) => rows.addOrder(plan));
  await rows.insert(database);
  for (const order of added) await plantFiles(ground, order);
  return added;
}

/** Writes the files of one order that are not there yet, and notes who speaks of them. */
export async function plantFiles(ground: Ground, order: PlantedOrder): Promise<void> {
  ground.orders.push(order);
  const { missing, looks } = order.plan;
  if (missing === 'all') return;
  for (const { kind, name } of namesOf(order.plan)) {
    if (missing?.includes(name) === true) continue;
    const target = `${order.folder}/${name}`;
    const known = ground.files.get(target);
    const file = known ?? newFile(order.folder, name, looks?.[name]);
    file.uses.push({ order: order.id, kind });
    if (known !== undefined) continue;
    ground.files.set(target, file);
    await writeFileOf(ground, file);
  }
}

/** Every file that the plan of an order speaks of. */
export function namesOf(plan: OrderPlan): Named[] {
  const named: Named[] = [];
  const add = (kind: Kind, names: readonly string[] = []): void => {
    for (const name of names) named.push({ kind, name });
  };
  for (const job of plan.jobs ?? []) {
    if (job.image !== undefined) add('main', [job.image]);
    add('ref', toList(job.attach).names);
    add('complete', toList(job.complete).names);
    for (const rework of job.reworks ?? []) {
      add('rework', toList(rework.attach).names);
      add('complete', toList(rework.complete).names);
    }
  }
  for (const list of plan.discusses ?? []) add('discuss', toList(list).names);
  for (const kind of ['trash', 'youngTrash', 'aside'] as const) add(kind, plan[kind]);
  add(
    'thumb',
    plan.thumbs?.map((name) => `thumb/${name}`),
  );
  return named;
}

function newFile(folder: string, name: string, look: Look | undefined): PlantedFile {
  return { folder, name, path: `${folder}/${name}`, look, essence: undefined, uses: [] };
}

async function writeFileOf(ground: Ground, file: PlantedFile): Promise<void> {
  const target = path.join(ground.root, file.path);
  const isThumb = file.uses.some((use) => use.kind === 'thumb');
  const { bytes, essence } = await makeFile(file.name, isThumb ? 'small' : ground.pictures, file.look);
  file.essence = essence;
  await mkdir(path.dirname(target), { recursive: true });
  await writeFile(target, bytes);
  if (file.uses.some((use) => use.kind === 'youngTrash')) return;
  const old = new Date(Date.now() - TWO_DAYS_MS);
  await utimes(target, old, old);
}
