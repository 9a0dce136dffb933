import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { at, openShop } from './shop.js';

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
