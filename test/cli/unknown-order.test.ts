import { expect, test } from 'vitest';
import { askOrderbak } from '../support/kept-orderbak.js';
import { PROGRAM, placeOf } from '../support/run.js';
import { atTerminal, hasTerminal } from '../support/terminal.js';
import { createWorld } from '../support/worlds.js';

test.skipIf(!hasTerminal)('a person is told of an order that nobody knows; a script is not', async () => {
  const world = await createWorld('sqlite', { pictures: 'small' });
  try {
    const { id } = await world.addOrder({ discusses: [['a.txt']] });
    await askOrderbak(world, ['migrate']);
    const { env } = placeOf(world, ['insert'], {});
    for (const step of ['insert', 'unlink-discuss']) {
      const args = [step, '--order', `${id},99999`];
      const { said: seen } = await atTerminal([process.execPath, PROGRAM, ...args], '', env);
      expect(seen).toMatch(new RegExp(`orderbak ${step}: order 99999 is not known\\r\\n`));
      expect(seen).not.toContain(`order ${id} is not known`);
      expect(await askOrderbak(world, args)).toMatchObject({ code: 0, stdout: '', stderr: '' });
    }
  } finally {
    await world.remove();
  }
});
