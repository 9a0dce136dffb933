import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { playByHand } from './hand-played.js';
import { judgeLoss } from './loss-oracle.js';
import { gather, judgeDisks } from './oracle.js';
import { judgeRecords } from './record-oracle.js';
import { snapshot, type Tree } from './snapshot.js';
import { createWorld, type World } from './worlds.js';

/** A judge that never says no is worth nothing: here a night is played by hand, well first, then with one fault. */
const A = { main: 'phòng khách.jpg', chat: 'chat.png', note: 'note.txt', trash: 'old.jpg' };
let world: World;
let before: Tree;

beforeEach(async () => {
  world = await createWorld('sqlite', { pictures: 'small' });
  await world.addOrder({
    jobs: [{ image: A.main, complete: ["it's #1 50%.webp"], reworks: [{ attach: ['turn.tif'] }] }],
    discusses: [[A.chat, A.note]],
    trash: [A.trash],
  });
  before = await snapshot(world.root);
});
afterEach(() => world.remove());

async function judge(): Promise<{ loss: string[]; disks: string[]; records: string[] }> {
  const evidence = await gather(world, before);
  return {
    loss: await judgeLoss(evidence),
    disks: await judgeDisks(evidence, {}),
    records: judgeRecords(evidence, {}),
  };
}

function at(...parts: string[]): string {
  return path.join(world.root, world.orders[0]?.folder ?? '', ...parts);
}

function inStore(name: string): string {
  return path.join(world.store, world.orders[0]?.folder ?? '', name);
}

test('a night played by hand is judged to be good', async () => {
  await playByHand(world, before);
  expect(await judge()).toEqual({ loss: [], disks: [], records: [] });
});

const FAULTS: [string, () => Promise<unknown>, { loss?: RegExp; disks?: RegExp; records?: RegExp }][] = [
  ['a file of the store is gone', () => rm(inStore(A.main)), { loss: /no copy/, disks: /not in the store/ }],
  [
    'a copy has other bytes',
    () => writeFile(inStore(A.main), 'x'),
    { loss: /no copy/, disks: /sha256sum -c says/ },
  ],
  [
    'a copy has no checksum',
    () => copyFile(inStore(A.main), inStore('copy.jpg')),
    { disks: /checked 3 of 4/ },
  ],
  ['there is no thumb of a chat', () => rm(at('thumb', A.chat)), { loss: /no thumb/, disks: /no thumb/ }],
  ['a thumb is cut short', () => cutShort(at('thumb', A.main)), { disks: /thumb cannot be decoded/ }],
  [
    'a thumb shows another picture',
    () => copyFile(at('thumb', 'turn.tif'), at('thumb', A.main)),
    { disks: /something else/ },
  ],
  ['a thumb is too large', () => enlarge(at('thumb', A.main)), { disks: /thumb is 400x/ }],
  ['a file is still there', () => copyFile(inStore(A.main), at(A.main)), { disks: /still there/ }],
  ['a file of nobody is there', () => writeFile(at('.x.tmp'), ''), { disks: /nobody's file on the server/ }],
  [
    'half a file is in the store',
    () => writeFile(inStore('a.part'), ''),
    { disks: /nobody's file in the store/ },
  ],
  [
    'the quarantine is empty',
    () => rm(path.join(world.root, '.orderbak-trash/r1'), { recursive: true }),
    { loss: /old.jpg/, disks: /not in quarantine/ },
  ],
  [
    'a row is missing',
    () => sql('DELETE FROM tbl_bak_order WHERE file_type = 3'),
    { records: /not recorded: complete/ },
  ],
  [
    'a row is there twice',
    () =>
      sql(
        'UPDATE tbl_bak_order SET filename = (SELECT MIN(filename) FROM tbl_bak_order WHERE file_type = 5) WHERE file_type = 5',
      ),
    { records: /recorded 2 times/ },
  ],
  [
    'a row is not closed',
    () => sql('UPDATE tbl_bak_order SET unlink_time = NULL WHERE file_type = 5'),
    { records: /not said to be unlinked/ },
  ],
  [
    'a receipt is of other bytes',
    () => sql("UPDATE tbl_bak_order SET file_sha256 = 'ab'"),
    { records: /other bytes/ },
  ],
];

function sql(text: string): Promise<void> {
  return world.ask((database) => database.run(text));
}

async function cutShort(file: string): Promise<void> {
  await writeFile(file, (await readFile(file)).subarray(0, 200));
}

async function enlarge(file: string): Promise<void> {
  await writeFile(file, await sharp(file).resize(400).toBuffer());
}

test.for(FAULTS)('it is seen that %s', async ([, spoil, expected]) => {
  await playByHand(world, before);
  await spoil();
  const { loss, disks, records } = await judge();
  expect(loss.join('\n')).toMatch(expected.loss ?? /^$/);
  expect(disks.join('\n')).toMatch(expected.disks ?? /^$/);
  expect(records.join('\n')).toMatch(expected.records ?? /^$/);
});

test('it is seen that an order which is held was touched', async () => {
  await playByHand(world, before);
  const held = { orders: new Set(world.orders.map((order) => order.id)) };
  const evidence = await gather(world, before);
  expect((await judgeDisks(evidence, held)).join('\n')).toMatch(/^touched: /);
  expect(judgeRecords(evidence, held).join('\n')).toMatch(/^said to be unlinked: /);
});
