import { ENGINES } from '../../support/database.js';
import type { Fault } from '../fault.js';
import { pausedAt } from '../pause.js';
import { noSmallDisk, SmallDisk } from '../small-disk.js';
import { type Call, isOf, noStrace, touchesShop } from '../strace.js';

const SERVER_STEPS = ['insert', 'unlink-discuss', 'unlink-trash', 'unlink-backed-up'] as const;
const SOME_BYTES = 64 * 1024;

/** The server's disk is full, or nearly: no room for thumbs, the quarantine's folders, and with `SQLite` for rows. */
function fullServer(name: string, engines: Fault['engines'], whole: boolean): Fault {
  return {
    name,
    engines,
    rounds: { quick: 0, full: 6 },
    unavailable: noSmallDisk,
    async play(round) {
      const scene = await round.scene();
      const disk = await SmallDisk.under(scene, whole ? scene.world.folder : scene.root);
      // Every third time there is no room at all.
      await disk.tighten(round.number % 3 === 0 ? 0 : Math.floor(round.random() * SOME_BYTES));
      for (const step of SERVER_STEPS) await scene.run(step);
      await disk.widen();
    },
  };
}

/** The store's disk runs full in the middle of a pull. */
const FULL_STORE: Fault = {
  name: 'full disk: the store',
  engines: ENGINES,
  rounds: { quick: 0, full: 6 },
  unavailable: async () => (await noStrace()) ?? (await noSmallDisk()),
  async play(round) {
    const scene = await round.scene();
    const disk = await SmallDisk.under(scene, scene.store);
    const serve = await scene.serve();
    const isOfStore = (call: Call) => touchesShop(call) && (isOf(call, 'open') || isOf(call, 'fsync'));
    await pausedAt(round, scene, ['pull'], isOfStore, () =>
      disk.tighten(Math.floor(round.random() * SOME_BYTES)),
    );
    await serve.stop();
    await disk.widen();
  },
};

export const FULL_DISKS: readonly Fault[] = [
  fullServer('full disk: the root', ENGINES, false),
  fullServer('full disk: root and database', ['sqlite'], true),
  FULL_STORE,
];
