import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ENGINES, openDatabase } from '../../support/database.js';
import type { Fault } from '../fault.js';
import { pausedAt } from '../pause.js';
import { type Scene, STEPS, type Step } from '../scene.js';
import { type Call, isOf, noStrace } from '../strace.js';
import { measured, prepareFor } from './kill.js';

const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

/** A polite signal, or an impatient second one, at any moment of a step. */
function politely(name: string, signal: keyof typeof SIGNALS, times: number): Fault {
  return {
    name,
    engines: ENGINES,
    rounds: { quick: 0, full: 10 },
    async play(round) {
      const step = STEPS[(round.number - 1) % STEPS.length] ?? 'insert';
      const duration = await measured(round, step);
      const scene = await round.scene();
      await prepareFor(scene, step);
      const { child, finished } = await scene.start([step]);
      await Promise.race([sleep(round.random() * duration), finished]);
      for (let i = 0; i < times; i++) {
        child.kill(signal);
        await Promise.race([sleep(round.random() * 50), finished]);
      }
      const { code, signal: died } = await finished;
      // Before it listens, a signal ends it as it ends every process.
      scene.struck = died !== null || code !== 0;
      const isExpected = died === signal || code === 0 || code === SIGNALS[signal];
      if (!isExpected) scene.found.push(`I7: ${step} answered ${signal} with ${died ?? code}`);
    },
  };
}

/** A run sleeps past its lease, another one takes the step over, and the first wakes up. */
function oversleeps(step: Step): Fault {
  return {
    name: `SIGSTOP past the lease: ${step}`,
    engines: ENGINES,
    rounds: { quick: step === 'unlink-backed-up' ? 1 : 0, full: 6 },
    unavailable: noStrace,
    async play(round) {
      const scene = await round.scene();
      await prepareFor(scene, step);
      const order = String(scene.world.orders[0]?.id);
      let left: readonly string[] | null = null;
      await pausedAt(round, scene, [step, '--order', order], isBeforeRemovals, async () => {
        if (!(await expireLease(scene, step))) return;
        // It does nothing and ends: the first must not take its silence for consent.
        const second = await scene.run([step, '--limit', '1', '--order', order]);
        if (second.code === 0) left = scene.orderFiles();
      });
      scene.struck = left !== null;
      if (left === null) return;
      const still = new Set(scene.orderFiles());
      for (const file of (left as readonly string[]).filter((name) => !still.has(name)))
        scene.found.push(`I1: ${file} was removed by a run that had lost its lease`);
    },
  };
}

/** One order is one item: at these calls of it, no removal is under way. */
function isBeforeRemovals(call: Call): boolean {
  return (isOf(call, 'open') && /"\/proc\/\d+\/fd\/\d+\//.test(call.line)) || isOf(call, 'rename');
}

/** Makes the time of a lease pass; false where the sleeper holds the database's lock, so that nobody can take it over. */
async function expireLease(scene: Scene, step: Step): Promise<boolean> {
  const catalog = `sqlite:${path.join(scene.store, '.orderbak/catalog.sqlite')}`;
  const database = await openDatabase(step === 'pull' ? catalog : scene.world.databaseUrl);
  try {
    if (database.engine === 'mariadb') await database.run('SET innodb_lock_wait_timeout = 1');
    else await database.run('PRAGMA busy_timeout = 200');
    await database.run('UPDATE orderbak_lease SET expires_ms = 0 WHERE name = ?', [step]);
    return true;
  } catch {
    return false;
  } finally {
    await database.close();
  }
}

export const SIGNAL_FAULTS: readonly Fault[] = [
  politely('SIGTERM', 'SIGTERM', 1),
  politely('SIGTERM twice', 'SIGTERM', 2),
  politely('SIGINT', 'SIGINT', 1),
  ...(['unlink-discuss', 'unlink-trash', 'unlink-backed-up'] as const).map(oversleeps),
];
