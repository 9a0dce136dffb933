import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { nightOf } from '../../src/app/night.js';
import { quarantineOf } from '../../src/app/quarantine.js';
import { ENGINES } from '../support/database.js';
import { CHOICES, openShop, type Shop } from './shop.js';

const HOUR = 3_600_000;
const ORDER = { jobs: [{ image: 'main.txt' }], discusses: [['chat.txt']], trash: ['trash.bin'] };

describe.for(ENGINES)('a machine that sleeps right after it has asked the database, on %s', (engine) => {
  let shop: Shop;

  beforeEach(async () => {
    ({ shop } = await openShop(engine, [ORDER]));
    await shop.run('insert');
    await shop.backUp();
  });
  afterEach(() => shop.close());

  /** The server's runs where each answer about a folder is an hour old when it comes to removing. */
  const asleep = async <Answer>(act: (app: ReturnType<typeof sleeperOf>) => Promise<Answer>) => {
    const ground = await shop.openGround();
    return act(sleeperOf(ground)).finally(() => ground.close());
  };

  test.for(['unlink-discuss', 'unlink-backed-up', 'unlink-trash'] as const)(
    'removes nothing by %s',
    async (step) => {
      const before = await shop.disk();
      const { counts, held } = await asleep((app) => app[step](CHOICES));
      expect(counts).toMatchObject({ planned: 1, done: 0, held: 1, failed: 0 });
      expect(held).toMatchObject([{ reason: expect.stringContaining('too long ago') }]);
      expect(await shop.changes(before)).toEqual([]);
      expect((await shop.app[step](CHOICES)).counts).toMatchObject({ done: 1, held: 0 });
    },
  );

  test('purges nothing', async () => {
    await shop.run('unlink-trash');
    const before = await shop.disk();
    const { counts, held } = await asleep((app) => app.purgeTrash(0, null, CHOICES));
    expect(counts).toMatchObject({ done: 0, held: 1, failed: 0 });
    expect(held).toMatchObject([{ reason: expect.stringContaining('too long ago') }]);
    expect(await shop.disk()).toEqual(before);
    expect((await shop.purge(0)).counts).toMatchObject({ done: 1, held: 0 });
  });
});

function sleeperOf(ground: Awaited<ReturnType<Shop['openGround']>>) {
  let now = Date.now();
  const thenSleep =
    <Asked extends unknown[], Answer>(ask: (...asked: Asked) => Promise<Answer>) =>
    async (...asked: Asked) => {
      const answer = await ask(...asked);
      now += HOUR;
      return answer;
    };
  const { sameFacts, sameFactsIn } = ground.source;
  const source = { ...ground.source, sameFacts: thenSleep(sameFacts), sameFactsIn: thenSleep(sameFactsIn) };
  const sleeping = { ...ground, source, clock: () => now };
  return { ...nightOf(sleeping), ...quarantineOf(sleeping) };
}
