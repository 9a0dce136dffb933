import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { ENGINES } from '../../support/database.js';
import type { Fault } from '../fault.js';
import { isUnhurried, makesRoom, pausedAt } from '../pause.js';
import type { Step } from '../scene.js';
import { type Call, isOf, noStrace } from '../strace.js';

const REMOVING = ['unlink-discuss', 'unlink-trash', 'unlink-backed-up'] as const;

/** The staff take an order back after the plan is made, before its files are asked about again. */
function reopened(step: Step): Fault {
  return {
    name: `order reopened: ${step}`,
    engines: ENGINES,
    rounds: { quick: 0, full: 6 },
    unavailable: noStrace,
    async play(round) {
      const scene = await round.scene();
      const [order] = scene.world.orders;
      if (order === undefined) throw new Error('the scene has no order');
      // Its folder is opened for the plan, and again for the removal, each time before the question; that of the quarantine after it.
      const opens = (call: Call) =>
        isOf(call, 'open') && call.line.includes(`/${order.folder}"`) && !makesRoom(call);
      scene.struck = false;
      // Thumbs that were made before it was taken back stay, and do no harm.
      scene.hasTwin = false;
      await pausedAt(round, scene, [step, '--order', String(order.id)], opens, async () => {
        scene.struck = true;
        const reopen = 'UPDATE tbl_order SET status = 5 WHERE id_order = ?';
        await scene.change((hands) => hands.sql(reopen, [order.id]), { stopped: true });
      });
    },
  };
}

/** A customer writes other bytes of the same size, with the old time, into a file whose removal is under way. */
function rewritten(step: 'unlink-discuss' | 'unlink-backed-up', name: string): Fault {
  return {
    name: `file rewritten: ${step}`,
    engines: ENGINES,
    rounds: { quick: step === 'unlink-backed-up' ? 1 : 0, full: 8 },
    unavailable: noStrace,
    async play(round) {
      const scene = await round.scene();
      const [order] = scene.world.orders;
      const file = `${order?.folder}/${name}`;
      const place = path.join(scene.root, file);
      const bytes = await readFile(place);
      const { mtime } = await stat(place);
      // The last bytes lie behind the picture's end mark.
      const others = Buffer.concat([bytes.subarray(0, -6), Buffer.from('other\n')]);
      scene.struck = false;
      const rewrite = async () => {
        const isThere = await stat(place).then(
          () => true,
          () => false,
        );
        if (!isThere) return;
        scene.struck = true;
        const by = round.random() < 0.5 ? 'rename' : 'writing';
        await scene.change((hands) => hands.write(file, others, { mtime, by }), { stopped: true });
      };
      // Each second time behind the moment in which the file itself was read, while its neighbours are.
      const wasRead = (call: Call) =>
        round.number % 2 === 0 && isOf(call, 'open') && call.line.includes(`/${name}"`);
      await pausedAt(round, scene, [step, '--order', String(order?.id)], isUnhurried, rewrite, wasRead);
    },
  };
}

export const MEANWHILE: readonly Fault[] = [
  ...REMOVING.map(reopened),
  rewritten('unlink-discuss', 'chat.jpg'),
  rewritten('unlink-backed-up', 'kitchen.jpg'),
];
