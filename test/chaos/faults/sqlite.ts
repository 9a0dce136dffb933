import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { openDatabase } from '../../support/database.js';
import type { Fault } from '../fault.js';
import { pick } from '../random.js';
import { STEPS } from '../scene.js';

const run = promisify(execFile);

/** SQLite waits 20 s for a lock; a holder that is slower than that is played once in so many rounds. */
const STUBBORN = 10;
const STUBBORN_MS = 23_000;

/** The shop's SQLite file as others treat it: they write, they look long, they forbid. */
export const SQLITE_FAULTS: readonly Fault[] = [
  {
    name: 'database: SQLite is written to by another process',
    engines: ['sqlite'],
    rounds: { quick: 0, full: 10 },
    async play(round) {
      const scene = await round.scene();
      const step = pick(STEPS, round.random());
      if (step === 'pull') await scene.serve();
      const other = await openDatabase(scene.world.databaseUrl);
      const { finished } = await scene.start([step]);
      await Promise.race([sleep(round.random() * 600), finished]);
      try {
        await other.run(pick(['BEGIN IMMEDIATE', 'BEGIN EXCLUSIVE'], round.random()));
        await sleep(round.number % STUBBORN === 0 ? STUBBORN_MS : round.random() * 1000);
        await other.run('ROLLBACK');
        await finished;
      } finally {
        await other.close();
      }
    },
  },
  {
    name: 'database: SQLite may not be written to',
    engines: ['sqlite'],
    rounds: { quick: 0, full: 10 },
    unavailable: async () => ((await mayForbid()) ? null : 'nobody may forbid writing by chattr here'),
    async play(round) {
      const scene = await round.scene();
      const step = pick(STEPS, round.random());
      // Without its folder a transaction has no journal.
      const place = pick([scene.world.folder, path.join(scene.world.folder, 'shop.db')], round.random());
      if (step === 'pull') await scene.serve();
      const { finished } = await scene.start([step]);
      await Promise.race([sleep(round.random() * 600), finished]);
      await run('chattr', ['+i', place]);
      await Promise.race([sleep(round.random() * 1000), finished]);
      await run('chattr', ['-i', place]);
      await finished;
    },
  },
];

async function mayForbid(): Promise<boolean> {
  const folder = await mkdtemp(path.join(tmpdir(), 'orderbak-forbid-'));
  try {
    await run('chattr', ['+i', folder]);
    await run('chattr', ['-i', folder]);
    return true;
  } catch {
    return false;
  } finally {
    await rm(folder, { recursive: true });
  }
}
