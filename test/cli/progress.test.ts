import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { askOrderbak } from '../support/kept-orderbak.js';
import { PROGRAM, placeOf } from '../support/run.js';
import { startServe } from '../support/serve.js';
import { atTerminal, hasTerminal } from '../support/terminal.js';
import { createWorld } from '../support/worlds.js';

test.skipIf(!hasTerminal)(
  'the time left of a copy is judged by its bytes, from the first file on',
  async () => {
    const world = await createWorld('sqlite', { pictures: 'small' });
    try {
      const { folder } = await world.addOrder({ jobs: [{ image: 'large.bin' }] });
      await writeFile(path.join(world.root, folder, 'large.bin'), Buffer.alloc(3_000_000));
      for (const step of ['migrate', 'insert'])
        expect(await askOrderbak(world, [step])).toMatchObject({ code: 0 });
      await startServe(world);
      const { env } = placeOf(world, ['pull'], { env: { ORDERBAK_PULL_RATE_LIMIT: '1MB' } });
      const { code, said } = await atTerminal([process.execPath, PROGRAM, 'pull'], '', env, { columns: 120 });
      expect(code).toBe(0);
      expect(said).toMatch(/ 0\/1 files · [\d.]+ [kM]B · [\d.]+ [kM]B\/s · \d+m?s left/);
    } finally {
      await world.remove();
    }
  },
);
