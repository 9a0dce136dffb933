import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ENGINES } from '../../support/database.js';
import { daysMs, falseClock, jumpingClock, whyNoFalseClock } from '../false-clock.js';
import type { Fault, Round } from '../fault.js';
import { breakableMariadb } from '../own-mariadb.js';
import { pick } from '../random.js';
import { type Scene, STEPS } from '../scene.js';
import { runToEnd } from '../to-end.js';

const AHEAD = 95;
const BACK = -365;
const JUMP_MS = 25;

type Temper = 'ahead' | 'back' | 'jumping';
const TEMPERS: readonly Temper[] = ['ahead', 'back', 'jumping'];

function temperOf({ number }: Round): Temper {
  return TEMPERS[number % TEMPERS.length] ?? 'ahead';
}

/** Does something with the variables of the round's wrong clock. */
async function withFalseClock<T>(
  round: Round,
  scene: Scene,
  work: (env: Record<string, string>) => Promise<T>,
): Promise<T> {
  const temper = temperOf(round);
  if (temper !== 'jumping') return await work(falseClock(temper === 'ahead' ? AHEAD : BACK));
  const file = path.join(scene.scratch, 'clock');
  // Renamed into its place: a half written one would be no clock at all.
  const jump = (): void => {
    const days = Math.floor(round.random() * (AHEAD - BACK)) + BACK;
    writeFileSync(`${file}.new`, `${days < 0 ? '' : '+'}${days}d`);
    renameSync(`${file}.new`, file);
  };
  jump();
  const timer = setInterval(jump, JUMP_MS);
  try {
    return await work(jumpingClock(file));
  } finally {
    clearInterval(timer);
  }
}

/** One machine's clock is 95 days ahead, a year back, or jumps about; the others' are right. Each round has another temper. */
export const CLOCKS: readonly Fault[] = [
  {
    name: "clock: the server's is wrong",
    engines: ENGINES,
    rounds: { quick: 1, full: 8 },
    unavailable: whyNoFalseClock,
    async play(round) {
      const scene = await round.scene();
      if (temperOf(round) !== 'back') {
        // What is old enough by this clock alone may go by it; no twin ends like that.
        scene.clockAhead(daysMs(AHEAD));
        scene.hasTwin = false;
      }
      await withFalseClock(round, scene, async (env) => {
        const step = pick(STEPS, round.random());
        if (step === 'pull') await scene.serve({ env });
        // With an option more: what this clock finds too young is left to do by the right one.
        await runToEnd(scene, [step, '--verbose'], step === 'pull' ? {} : { env });
        await scene.world.serving?.stop();
      });
    },
  },
  {
    name: "clock: the office's is wrong",
    engines: ['sqlite'],
    rounds: { quick: 0, full: 8 },
    unavailable: whyNoFalseClock,
    async play(round) {
      const scene = await round.scene();
      await withFalseClock(round, scene, async (env) => {
        await scene.serve();
        await runToEnd(scene, ['pull'], { env });
      });
    },
  },
  {
    name: "clock: MariaDB's is wrong",
    engines: ['mariadb'],
    rounds: { quick: 0, full: 8 },
    alone: true,
    unavailable: whyNoFalseClock,
    async play(round) {
      const server = await breakableMariadb();
      const scene = await round.scene({ mysqlUrl: server.url });
      await withFalseClock(round, scene, async (env) => {
        await server.kill();
        try {
          await server.begin(env);
          const step = pick(STEPS, round.random());
          if (step === 'pull') await scene.serve();
          await runToEnd(scene, [step]);
          await scene.world.serving?.stop();
        } finally {
          await server.kill();
          await server.begin();
        }
      });
    },
  },
];
