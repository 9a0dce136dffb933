import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PROGRAM, placeOf } from './support/run.js';
import { atTerminal, hasTerminal, type Seen } from './support/terminal.js';
import { createWorld, type World } from './support/worlds.js';

describe.skipIf(!hasTerminal).concurrent('somebody at a terminal', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld('sqlite');
  });
  afterAll(() => world.remove());

  function type(args: readonly string[], typed = '', when = ''): Promise<Seen> {
    return atTerminal([process.execPath, PROGRAM, ...args], typed, placeOf(world, args, {}).env, when);
  }

  test('hears that a server that is away is asked again, and in the end what to look at', async () => {
    const { code, said } = await type(['pull', '--no-color']);
    expect(code).toBe(75);
    expect(said.match(/127\.0\.0\.1:9 does not answer: .*; trying again/g)).toHaveLength(1);
    expect(said).toMatch(/See that `orderbak serve` runs there/);
  });
});
