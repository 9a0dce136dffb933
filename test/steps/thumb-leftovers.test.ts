import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { at, heldBy, openShop } from './shop.js';

test('what a killed run left half written among the thumbs goes; what a living process writes stays', async () => {
  const { shop, orders } = await openShop('sqlite', [{ discusses: [['c.jpg']] }]);
  const thumbs = path.join(shop.world.root, at(orders, 0).folder, 'thumb');
  mkdirSync(thumbs);
  const dead = spawnSync(process.execPath, ['--version']).pid;
  const living = `.orderbak-${process.pid}-${randomUUID()}.tmp`;
  const others = ['.orderbak-note.tmp', `orderbak-${dead}-${randomUUID()}.tmp`];
  for (const name of [`.orderbak-${dead}-${randomUUID()}.tmp`, living, ...others]) {
    writeFileSync(path.join(thumbs, name), 'half');
  }
  await shop.run('insert');
  expect((await shop.run('unlink-discuss')).counts.done).toBe(1);
  expect(readdirSync(thumbs).sort()).toEqual([living, ...others, 'c.jpg'].sort());
  await shop.close();
});

test('a thumb from before the picture was replaced is made anew; a later one stays', async () => {
  const { shop, orders } = await openShop('sqlite', [{ discusses: [['new.png', 'same.png']] }]);
  const place = (...names: string[]) => path.join(shop.world.root, at(orders, 0).folder, ...names);
  const plain = (background: string) =>
    sharp({ create: { width: 8, height: 8, channels: 3, background } })
      .png()
      .toBuffer();
  mkdirSync(place('thumb'));
  for (const [name, written] of [
    ['new.png', 2000],
    ['same.png', 1000],
  ] as const) {
    writeFileSync(place(name), await plain('#0000ff'));
    utimesSync(place(name), written, written);
    writeFileSync(place('thumb', name), await plain('#ff0000'));
    utimesSync(place('thumb', name), 1500, 1500);
  }
  await shop.run('insert');
  expect((await shop.run('unlink-discuss')).counts.done).toBe(2);
  const colour = async (name: string) => [
    ...(await sharp(place('thumb', name)).raw().toBuffer()).subarray(0, 3),
  ];
  expect([await colour('new.png'), await colour('same.png')]).toEqual([
    [0, 0, 255],
    [255, 0, 0],
  ]);
  await shop.close();
});

test('a picture of a discussion that cannot be read stays, though there is a thumb from before it was replaced', async () => {
  const { shop, orders } = await openShop('sqlite', [{ discusses: [['c.jpg']] }]);
  const place = (...names: string[]) => path.join(shop.world.root, at(orders, 0).folder, ...names);
  mkdirSync(place('thumb'));
  copyFileSync(place('c.jpg'), place('thumb', 'c.jpg'));
  utimesSync(place('thumb', 'c.jpg'), 1000, 1000);
  writeFileSync(place('c.jpg'), 'no picture');
  await shop.run('insert');
  const done = await shop.run('unlink-discuss');
  expect(heldBy(done)['c.jpg']).toContain('no thumb can be made of it');
  expect(readFileSync(place('c.jpg'), 'utf8')).toBe('no picture');
  await shop.close();
});
