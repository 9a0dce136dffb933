import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askOrderbak, keepServe } from '../support/kept-orderbak.js';
import { PROGRAM, placeOf, start } from '../support/run.js';
import { atTerminal, hasTerminal } from '../support/terminal.js';
import { createWorld, type World } from '../support/worlds.js';

/** Slow enough to be looked at more than once. */
const SLOW = { ORDERBAK_PULL_RATE_LIMIT: '600kB' };

describe.skipIf(!hasTerminal)('a copy that takes its time, at a terminal', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld('sqlite', { pictures: 'small' });
    expect(await askOrderbak(world, ['migrate'])).toMatchObject({ code: 0 });
    await keepServe(world);
  });
  afterAll(() => world.remove());

  async function addLarge(name: string): Promise<void> {
    const { folder } = await world.addOrder({ jobs: [{ image: name }] });
    await writeFile(path.join(world.root, folder, name), Buffer.alloc(3_000_000));
    expect(await askOrderbak(world, ['insert'])).toMatchObject({ code: 0 });
  }

  test('the time left is judged by its bytes, from the first file on', async () => {
    await addLarge('large.bin');
    const { env } = placeOf(world, ['pull'], { env: SLOW });
    const { code, said } = await atTerminal([process.execPath, PROGRAM, 'pull'], '', env, { columns: 120 });
    expect(code).toBe(0);
    expect(said).toMatch(/ 0\/1 files · [\d.]+ [kM]B · [\d.]+ [kM]B\/s · \d+m?s left/);
  });

  test('jobs watch tells of pace and time left where the terminal has no room for a bar', async () => {
    await addLarge('larger.bin');
    const { env } = placeOf(world, ['jobs'], { machine: 'office' });
    const { finished } = start(world, ['pull'], { env: SLOW });
    const runs = async () => {
      const { stdout } = await askOrderbak(world, ['jobs', '--json'], { machine: 'office' });
      return JSON.parse(stdout).runs as { status: string }[];
    };
    while (!(await runs()).some(({ status }) => status === 'running')) await sleep(50);
    const { said } = await atTerminal([process.execPath, PROGRAM, 'jobs', 'watch', 'pull'], '', env);
    expect(stripVTControlCharacters(said)).toMatch(
      / running +\d+ % · 0\/1 files · [\d.]+ [kM]B\/3 MB · [\d.]+ [kM]B\/s · \d+m?s left/,
    );
    expect(await finished).toMatchObject({ code: 0 });
  });
});
