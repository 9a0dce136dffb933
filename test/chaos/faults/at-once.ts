import { cp, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ENGINES } from '../../support/database.js';
import type { RunOptions } from '../../support/run.js';
import type { Fault } from '../fault.js';
import { onHost, whyNoOtherHost } from '../other-host.js';
import { pick } from '../random.js';
import { type Scene, STEPS, type Step } from '../scene.js';
import { runToEnd } from '../to-end.js';

const REMOVING: readonly Step[] = ['unlink-discuss', 'unlink-trash', 'unlink-backed-up'];
/** The later ones of several that are started at once may come so much later, ms. */
const APART_MS = 400;

/** Commands at the same time, and what the shop looks like when all have ended. */
export const AT_ONCE: readonly Fault[] = [
  {
    name: 'at once: the same step twice',
    engines: ENGINES,
    rounds: { quick: 1, full: 10 },
    async play(round) {
      const scene = await round.scene();
      const step = pick(STEPS, round.random());
      if (step === 'pull') await scene.serve();
      await together(scene, [[step], [step]], round.random);
    },
  },
  {
    name: 'at once: all five steps, two of each',
    engines: ENGINES,
    rounds: { quick: 0, full: 5 },
    async play(round) {
      const scene = await round.scene();
      await scene.serve();
      // With an option more: what one of them leaves undone may have come to be when it had ended.
      const commands = STEPS.map((step) => [step, '--verbose']);
      await together(scene, [...commands, ...commands], round.random);
    },
  },
  {
    name: 'at once: two servers with one database and one tree',
    engines: ENGINES,
    rounds: { quick: 0, full: 10 },
    unavailable: whyNoOtherHost,
    async play(round) {
      const scene = await round.scene();
      const steps = [[pick(REMOVING, round.random())], [pick(REMOVING, round.random())]];
      await together(scene, [...steps, ...steps], round.random, (index) =>
        index < steps.length ? {} : { wrap: onHost('the-other-server') },
      );
    },
  },
  {
    name: 'at once: two offices with a store each',
    engines: ENGINES,
    rounds: { quick: 0, full: 5 },
    unavailable: whyNoOtherHost,
    async play(round) {
      const scene = await round.scene();
      // Each has only a part of what is marked.
      scene.hasTwin = false;
      const store = path.join(scene.scratch, 'store');
      await mkdir(store);
      await scene.serve();
      await together(scene, [['pull'], ['pull']], round.random, (index) =>
        index === 0 ? {} : { wrap: onHost('the-other-office'), env: { ORDERBAK_PULL_STORE: store } },
      );
      // For who asks what the offices hold, it does not matter which of them.
      await copyMissing(store, scene.store);
    },
  },
  {
    name: 'at once: two offices with one store',
    engines: ['sqlite'],
    rounds: { quick: 0, full: 5 },
    unavailable: whyNoOtherHost,
    async play(round) {
      const scene = await round.scene();
      await scene.serve();
      await together(scene, [['pull'], ['pull']], round.random, (index) =>
        index === 0 ? {} : { wrap: onHost('the-other-office') },
      );
    },
  },
];

/** Runs commands of which each but the first begins a little later, and waits for all. */
async function together(
  scene: Scene,
  commands: readonly (readonly string[])[],
  random: () => number,
  optionsOf: (index: number) => RunOptions = () => ({}),
): Promise<void> {
  await scene.before();
  await Promise.all(
    commands.map(async (command, index) => {
      if (index > 0) await sleep(random() * APART_MS);
      await runToEnd(scene, command, optionsOf(index));
    }),
  );
}

/** Order folders of one store that another lacks, but for the lists of hashes, of which each store has its own. */
async function copyMissing(from: string, to: string): Promise<void> {
  const isOwn = (file: string) => path.basename(file) === 'SHA256SUMS' || file.includes('/.orderbak');
  await cp(from, to, {
    recursive: true,
    force: false,
    preserveTimestamps: true,
    filter: (file) => !isOwn(file),
  });
}
