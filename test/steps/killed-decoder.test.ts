import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { whoReads } from '../support/who-reads.js';
import { at, openShop } from './shop.js';

test.skipIf(process.platform !== 'linux')(
  'a picture whose decoders somebody killed has failed, is not noted as unreadable, and goes with the next run',
  async () => {
    const { shop, orders } = await openShop('sqlite', [{ discusses: [['large.png', 'small.jpg']] }]);
    const file = path.join(shop.world.root, at(orders, 0).folder, 'large.png');
    const square = { width: 12_000, height: 12_000, channels: 3, background: '#205080' } as const;
    await sharp({ create: square }).png({ compressionLevel: 1 }).toFile(file);
    await shop.run('insert');

    let isOver = false;
    const running = shop.run('unlink-discuss').finally(() => {
      isOver = true;
    });
    while (!isOver) {
      const reader = whoReads(file);
      if (reader !== undefined) process.kill(reader, 'SIGKILL');
      await sleep(5);
    }
    expect(await running).toMatchObject({
      exit: 3,
      counts: { done: 1, held: 0, failed: 1 },
      errors: [{ code: 'decoder-killed', message: expect.stringContaining('was killed') }],
    });
    const faults = () =>
      shop.world.ask((d) => d.all('SELECT id FROM tbl_bak_order WHERE thumb_fault IS NOT NULL'));
    expect(await faults()).toEqual([]);
    expect(await shop.run('unlink-discuss')).toMatchObject({ exit: 0, counts: { done: 1, held: 0 } });
    await shop.close();
  },
);
