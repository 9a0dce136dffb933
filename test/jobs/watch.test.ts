import { stripVTControlCharacters } from 'node:util';
import { Chalk } from 'chalk';
import { expect, test } from 'vitest';
import { cutTo } from '../../src/cli/width.js';
import { askOrderbak } from '../support/kept-orderbak.js';
import { PROGRAM, placeOf } from '../support/run.js';
import { atTerminal, hasTerminal } from '../support/terminal.js';
import { createWorld } from '../support/worlds.js';

test('a line is cut to columns, and its colours end', () => {
  const { red } = new Chalk({ level: 1 });
  expect(cutTo('ảnh nhà', 7)).toBe('ảnh nhà');
  expect(cutTo('ảnh nhà', 6)).toBe('ảnh n…');
  expect(cutTo('写真写真', 7)).toBe('写真写…');
  expect(cutTo('写真写真', 6)).toBe('写真…');
  expect(cutTo(`${red('failed')} at once`, 10)).toBe(`${red('failed')} at…`);
  expect(cutTo(red('failed'), 4)).toBe(red('fai…'));
});

test.skipIf(!hasTerminal)(
  'watch shows a run in one line of the terminal, however long its story',
  async () => {
    const world = await createWorld('sqlite', { pictures: 'small' });
    try {
      await askOrderbak(world, ['migrate']);
      await askOrderbak(world, ['insert']);
      await world.ask((database) =>
        database.run(`UPDATE orderbak_run SET status = 'failed', error = '${'写真 '.repeat(40)}'`),
      );
      const { env } = placeOf(world, ['jobs'], {});
      const { said: seen } = await atTerminal([process.execPath, PROGRAM, 'jobs', 'watch', '1'], '', env, {
        columns: 60,
      });
      expect(stripVTControlCharacters(seen).trim()).toMatch(
        /^1 {2}insert {2}failed {5}0 files · .* · (.* ago|just now) · 写.*…$/,
      );
      expect(seen.trim().split('\n')).toHaveLength(1);
    } finally {
      await world.remove();
    }
  },
);
