import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { isDownload, MARK, startProxy, type Weather } from '../../pull/proxy.js';
import { ENGINES } from '../../support/database.js';
import { ALL_DEEDS, deedTo, pathOf, type Target, TO_FILES } from '../deeds.js';
import type { Fault, Round } from '../fault.js';
import { isUnhurried, pausedAt } from '../pause.js';
import { pick } from '../random.js';
import type { Scene } from '../scene.js';
import { noStrace } from '../strace.js';
import { runToEnd } from '../to-end.js';

const REMOVING = ['unlink-discuss', 'unlink-trash', 'unlink-backed-up'] as const;
/** Of the order that the office holds already: of every type one, and a piece of trash. */
const PULLED = [
  'kitchen.jpg',
  'plan.pdf',
  'kitchen-done.jpg',
  'mark.png',
  'bath.tif',
  'chat.jpg',
  'old-kitchen.jpg',
];
/** Of the order that waits to be pulled; none that lies under a second name too. */
const WAITING = ['hall-again.jpg', 'Sky.jpg', 'drawing.svg', 'door.gif', 'damaged.jpg'];

/** Files and what is said about them change while orderbak works on them. */
export const CHANGING_FILES: readonly Fault[] = [
  {
    name: 'changed between pull and removal',
    engines: ENGINES,
    rounds: { quick: 0, full: 12 },
    async play(round) {
      const scene = await round.scene();
      const target = targetOf(scene, 0, PULLED, round);
      const words = ALL_DEEDS[(round.number - 1) % ALL_DEEDS.length] ?? '';
      const judgeSnare = await happenTo(scene, target, words);
      for (const step of REMOVING) await runToEnd(scene, [step]);
      await judgeSnare();
    },
  },
  duringPull('changed between list and download', (asked) => isDownload(asked)),
  duringPull('changed between download and mark', (asked) => asked.path === MARK),
  {
    name: 'changed in the middle of a removal',
    engines: ENGINES,
    rounds: { quick: 0, full: 15 },
    unavailable: noStrace,
    async play(round) {
      const scene = await round.scene();
      // What had gone when it happened depends on the moment.
      scene.hasTwin = false;
      const target = targetOf(scene, 0, PULLED, round);
      const words = ALL_DEEDS[(round.number - 1) % ALL_DEEDS.length] ?? '';
      const args = [pick(REMOVING, round.random()), '--order', String(target.order)] as const;
      let judgeSnare = async () => {};
      const { signal } = await pausedAt(round, scene, args, isUnhurried, async () => {
        judgeSnare = await happenTo(scene, target, words, { stopped: true });
      });
      if (signal !== null) scene.found.push(`I7: ${args.join(' ')} did not end by itself`);
      await judgeSnare();
    },
  },
];

function duringPull(name: string, isMeant: (asked: Parameters<Weather>[0]) => boolean): Fault {
  return {
    name,
    engines: ['sqlite'],
    rounds: { quick: name.endsWith('mark') ? 1 : 0, full: 8 },
    async play(round) {
      const scene = await round.scene();
      // A second version has another name in the store than a twin's only one.
      scene.hasTwin = false;
      const target = targetOf(scene, 2, WAITING, round);
      const words = TO_FILES[(round.number - 1) % TO_FILES.length] ?? '';
      let judgeSnare: (() => Promise<void>) | undefined;
      let isBegun = false;
      const serve = await scene.serve();
      const proxy = await startProxy(serve.url, async (asked, forward) => {
        if (!isBegun && isMeant(asked)) {
          isBegun = true;
          judgeSnare = await happenTo(scene, target, words);
        }
        return await forward();
      });
      try {
        await runToEnd(scene, ['pull'], { env: { ORDERBAK_PULL_URL: proxy.url } });
      } finally {
        proxy.close();
      }
      await judgeSnare?.();
    },
  };
}

/** One of these files of the scene's n-th order. */
function targetOf(scene: Scene, nth: number, names: readonly string[], round: Round): Target {
  const order = scene.world.orders[nth];
  const name = pick(names, round.random());
  if (order === undefined || !scene.world.files.has(`${order.folder}/${name}`))
    throw new Error(`the scene has no ${name} in its order ${nth}`);
  return { order: order.id, folder: order.folder, name };
}

/** Has somebody do it, and answers a judge of whether something that is no file stayed where it was put. */
async function happenTo(
  scene: Scene,
  target: Target,
  words: string,
  options: { stopped?: boolean } = {},
): Promise<() => Promise<void>> {
  await scene.change(deedTo(target, words), options);
  const isSnare = async () =>
    await lstat(path.join(scene.root, pathOf(target))).then(
      (stats) => !stats.isFile(),
      () => false,
    );
  const wasSet = await isSnare();
  return async () => {
    if (wasSet && !(await isSnare())) scene.found.push(`I1: ${pathOf(target)} ${words}, and was removed`);
  };
}
