import { execFile } from 'node:child_process';
import { link, mkdir, rename, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { daysAgo } from '../support/clock.js';
import { unreadable } from '../support/order-plan.js';
import { runOrderbak } from '../support/run.js';
import { startServe } from '../support/serve.js';
import type { World } from '../support/worlds.js';

const OLD = new Date(Date.now() - 3 * 86_400_000);

/** How a scene's shop comes to be; made once for each engine, then copied for each round. */
export interface ShopMaker {
  readonly name: string;
  /** Plants orders, migrates, and may let nights pass. */
  make(world: World): Promise<void>;
}

/** A small shop with an order in every state, so that each of the five steps has work. */
export const SMALL_SHOP: ShopMaker = {
  name: 'small',
  async make(world) {
    await plantCanaries(world);
    await migrate(world);
    const pulled = await plantPulled(world);
    await step(world, 'insert');
    await startServe(world);
    await step(world, 'pull');
    await world.serving?.stop();
    await world.setStatus(pulled.reopened, 5);
    await plantRecorded(world);
    await step(world, 'insert');
    await plantNew(world);
    await plantSnares(world);
  },
};

/** One step that must go well enough for the shop to be what it is meant to be. */
export async function step(world: World, name: string): Promise<void> {
  const { code, stderr } = await runOrderbak(world, [name]);
  if (code !== 0 && code !== 3) throw new Error(`${name} ended with ${code}: ${stderr}`);
}

export async function migrate(world: World): Promise<void> {
  await step(world, 'migrate');
}

/** Files beside and above both roots that nobody may ever touch. */
export async function plantCanaries(world: World): Promise<void> {
  const places = [
    'canary.txt',
    'uploads/canary.txt',
    'uploads/order-old/photo.jpg',
    'outside/behind/secret.jpg',
  ];
  for (const place of [...places, 'outside/folder/main.jpg', 'outside/folder/trash.txt']) {
    const file = path.join(world.folder, place);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, `canary ${place}`);
    await utimes(file, OLD, OLD);
  }
}

/** Two orders that the office holds already; one of them is taken back by the staff afterwards. */
async function plantPulled(world: World): Promise<{ reopened: number }> {
  const [, reopened] = await world.addOrders([
    {
      jobs: [
        {
          image: 'kitchen.jpg',
          attach: ['plan.pdf', 'kitchen wish.png'],
          complete: ['kitchen-done.jpg', 'kitchen-done.webp'],
          reworks: [{ attach: ['mark.png'], complete: ['kitchen-again.jpg'] }],
        },
        { image: 'bath.tif', complete: ['bath-done.jpg'] },
      ],
      discusses: [['chat.jpg', 'chat.txt'], ['kitchen-done.jpg']],
      trash: ['old-kitchen.jpg', 'upload.part'],
      thumbs: ['kitchen.jpg', 'old-kitchen.jpg'],
      aside: ['psd/layers.psd'],
    },
    {
      jobs: [{ image: 'front.jpg', complete: ['front-done.jpg'] }],
      discusses: [['why.png']],
      trash: ['front-old.jpg'],
    },
  ]);
  if (reopened === undefined) throw new Error('the order was not planted');
  return { reopened: reopened.id };
}

/** Orders that are recorded, and still wholly on the server. */
async function plantRecorded(world: World): Promise<void> {
  const together = daysAgo(170);
  await world.addOrders([
    {
      jobs: [
        {
          image: 'damaged.jpg',
          attach: ['caf\u00e9.jpg', 'Sky.jpg'],
          complete: ['hall.jpg', 'hall-again.jpg'],
        },
        { image: 'gone.jpg', complete: ['drawing.svg', 'package.zip', 'door.gif'] },
      ],
      discusses: [['damaged-chat.jpg', 'note.pdf'], ['idea.jpg']],
      trash: ['cafe\u0301.jpg', 'sky.jpg', 'linked.txt', 'clutter.jpg'],
      youngTrash: ['uploading.jpg'],
      looks: { 'damaged.jpg': 'damaged', 'damaged-chat.jpg': 'damaged' },
      missing: ['gone.jpg'],
    },
    {
      user: 'two.orders',
      createTime: together,
      jobs: [{ image: 'both.jpg', complete: ['first.jpg'] }],
      discusses: [['first-chat.jpg']],
      trash: ['nobody.jpg'],
    },
    {
      user: 'two.orders',
      createTime: together,
      jobs: [{ image: 'both.jpg', complete: ['second.jpg'] }],
      discusses: [['both.jpg'], ['first.jpg']],
    },
    {
      jobs: [{ image: 'unread.jpg', attach: unreadable(['lost.jpg']) }],
      discusses: [['unread-chat.jpg']],
      trash: ['maybe-lost.jpg'],
    },
  ]);
}

/** Orders that no step has seen yet, and some that none may touch. */
async function plantNew(world: World): Promise<void> {
  const orders = await world.addOrders([
    {
      jobs: [{ image: 'garden.jpg', attach: ['film.bin'], complete: ['garden-done.png'] }],
      discusses: [['garden-chat.jpg', 'garden-done.png']],
      trash: ['garden-old.jpg'],
    },
    {
      doneTime: daysAgo(10),
      jobs: [{ image: 'young.jpg' }],
      discusses: [['young-chat.jpg']],
      trash: ['young-old.jpg'],
    },
    {
      status: 3,
      doneTime: null,
      jobs: [{ image: 'open.jpg' }],
      discusses: [['open-chat.jpg']],
      trash: ['open-old.jpg'],
    },
    { jobs: [{ image: 'main.jpg' }], discusses: [['behind-chat.jpg']], trash: ['trash.txt'] },
  ]);
  const [first, , , behind] = orders;
  if (first === undefined || behind === undefined) throw new Error('the orders were not planted');
  // Too large for a bundle, so that it is fetched by itself and can be resumed.
  const large = path.join(world.root, first.folder, 'film.bin');
  await writeFile(large, Buffer.alloc(1_300_000, 'a film that is too large for a bundle\n'));
  await utimes(large, OLD, OLD);
  await rename(path.join(world.root, behind.folder), path.join(world.folder, 'outside/moved'));
  await symlink('../../outside/moved', path.join(world.root, behind.folder));
}

/** Links, pipes and hard links in the folder of the first recorded order. */
async function plantSnares(world: World): Promise<void> {
  const folder = world.orders.find(({ plan }) => plan.missing !== undefined)?.folder;
  if (folder === undefined) throw new Error('there is no folder for the snares');
  const place = (name: string) => path.join(world.root, folder, name);
  await link(place('hall.jpg'), place('hall-linked.jpg'));
  await link(place('package.zip'), path.join(world.folder, 'outside/package.zip'));
  await symlink('../../../outside/behind/secret.jpg', place('link.jpg'));
  await symlink('../../../outside/folder', place('link-folder'));
  await promisify(execFile)('mkfifo', [place('pipe.jpg')]);
}
