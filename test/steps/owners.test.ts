import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { expect, type TestContext, test } from 'vitest';
import type { OrderPlan } from '../support/order-plan.js';
import type { PlantedOrder } from '../support/planting.js';
import { runOrderbak } from '../support/run.js';
import { at, openShop, type Shop } from './shop.js';

/** Nobody's number everywhere: the account of the shop's web server. */
const SHOP = 65_534;
const ORDERS: readonly OrderPlan[] = [
  { jobs: [{ image: 'm.jpg' }], discusses: [['c.jpg']] },
  { jobs: [{ image: 'n.jpg' }], trash: ['t.jpg'], thumbs: ['t.jpg'] },
];

let shop: Shop;

/** A shop whose folders are its web server's, with some orders. */
async function openTheirs(context: TestContext, plans = ORDERS): Promise<readonly PlantedOrder[]> {
  context.skip(process.geteuid?.() !== 0, 'only root makes what belongs to somebody else');
  const opened = await openShop('sqlite', plans);
  ({ shop } = opened);
  context.onTestFinished(() => shop.close());
  chmodSync(shop.world.folder, 0o755);
  rmSync(place('.orderbak-root'));
  execFileSync('chown', ['-R', `${SHOP}:${SHOP}`, shop.world.folder]);
  await shop.app.migrate();
  await shop.run('insert');
  return opened.orders;
}

const place = (...names: string[]) => path.join(shop.world.root, ...names);
const asTheirs = (...args: string[]) => runOrderbak(shop.world, args, { uid: SHOP });

test('what root makes below the root is its owner’s, so that the night goes on as before', async (context) => {
  const { folder } = at(await openTheirs(context), 0);
  for (const step of ['unlink-discuss', 'unlink-trash'] as const)
    expect(await shop.run(step)).toMatchObject({ exit: 0, counts: { failed: 0, held: 0 } });
  const made = ['.orderbak-root', '.orderbak-trash', path.join(folder, 'thumb/c.jpg')];
  for (const name of made) expect(existsSync(place(name))).toBe(true);
  const names = readdirSync(shop.world.root, { recursive: true, encoding: 'utf8' });
  const others = names.filter((name) => {
    const { uid, gid } = lstatSync(place(name));
    return uid !== SHOP || gid !== SHOP;
  });
  expect(others).toEqual([]);
  expect(await shop.backUp()).toMatchObject({ exit: 0 });
  expect(await asTheirs('unlink-backed-up')).toMatchObject({ code: 0, stderr: '' });
  expect(readdirSync(place(folder, 'thumb')).sort()).toEqual(['c.jpg', 'm.jpg']);
});

test('a folder that this user may not write into is named, with what to do', async (context) => {
  const { folder } = at(await openTheirs(context), 0);
  await shop.run('unlink-discuss');
  execFileSync('chown', ['0:0', place(folder, 'thumb')]);
  await shop.backUp();
  const { code, stdout } = await asTheirs('unlink-backed-up', '--json');
  expect(code).toBe(3);
  const remedy = 'let that folder and what lies in it belong to the user that runs orderbak (chown -R)';
  expect(JSON.parse(stdout)).toMatchObject({ counts: { done: 1, failed: 1 } });
  expect(JSON.parse(stdout).errors).toEqual([
    {
      id: expect.any(Number),
      path: `${folder}/m.jpg`,
      code: 'EACCES',
      message: `permission denied in ${place(folder, 'thumb')}: ${remedy}`,
    },
  ]);
  expect(existsSync(place(folder, 'm.jpg'))).toBe(true);
});

test('a folder that this user may not look into is in no other’s way where files are listed', async (context) => {
  const { folder } = at(await openTheirs(context), 0);
  execFileSync('chown', ['0:0', place(folder)]);
  chmodSync(place(folder), 0o700);
  const list = await asTheirs('list', '--format', 'ndjson');
  expect(list).toMatchObject({ code: 0, stderr: '' });
  const rows: unknown[] = list.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(rows).toMatchObject([
    { folder, filename: 'm.jpg', size: null },
    { filename: 'n.jpg', size: expect.any(Number) },
  ]);
  const status = await asTheirs('status', '--json');
  expect(JSON.parse(status.stdout)).toMatchObject({
    server: { backlog: { recorded: { files: 2, bytes: expect.any(Number) } } },
  });
});

test('a folder of the quarantine that this user may not look into is in no other’s way where trash is purged', async (context) => {
  const jobs = [{ image: 'm.jpg' }];
  const orders = await openTheirs(context, [
    { jobs, trash: ['s.jpg'] },
    { jobs, trash: ['t.jpg'] },
  ]);
  const taken = await shop.run('unlink-trash', { maxDelete: { kind: 'count', count: 9 } });
  expect(taken).toMatchObject({ exit: 0, counts: { done: 2 } });
  const [wanted, other] = orders.map(({ folder }) => place('.orderbak-trash', String(taken.run), folder));
  await shop.world.setStatus(at(orders, 0).id, 4);
  execFileSync('chown', ['0:0', String(wanted)]);
  chmodSync(String(wanted), 0o700);

  const purged = await asTheirs('quarantine', 'purge', '--all', '--max-delete', '9', '--json');
  expect(purged.code).toBe(0);
  expect(JSON.parse(purged.stdout)).toMatchObject({ counts: { done: 1, held: 1, failed: 0 } });
  expect(readdirSync(String(wanted))).toEqual(['s.jpg']);
  expect(existsSync(path.join(String(other), 't.jpg'))).toBe(false);
});

test('where root may give nothing away, what it makes stays its own, and nothing is lost or left undone', async (context) => {
  const wrap = ['setpriv', '--bounding-set=-chown', '--'];
  context.skip(
    spawnSync('setpriv', [...wrap.slice(1), 'true']).status !== 0,
    'no setpriv, or no right to use it',
  );
  const { folder } = at(await openTheirs(context), 0);
  expect(await runOrderbak(shop.world, ['unlink-discuss'], { wrap })).toMatchObject({ code: 0, stderr: '' });
  expect(existsSync(place(folder, 'c.jpg'))).toBe(false);
  expect(lstatSync(place(folder, 'thumb/c.jpg')).uid).toBe(0);
});
