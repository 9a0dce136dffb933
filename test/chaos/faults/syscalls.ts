import path from 'node:path';
import { ENGINES } from '../../support/database.js';
import type { Fault } from '../fault.js';
import { pick } from '../random.js';
import { STEPS, type Step } from '../scene.js';
import {
  ALL_CALLS,
  type CallKind,
  hasInjected,
  isOf,
  noStrace,
  straced,
  touchesShop,
  WRITING_CALLS,
} from '../strace.js';
import { callsOf, runTraced } from '../traced.js';

/** Who is traced: a step, or the server that answers `pull`. */
type Traced = Step | 'serve';
const TRACED: readonly Traced[] = [...STEPS, 'serve'];
const REMOVING: readonly Traced[] = ['unlink-discuss', 'unlink-trash', 'unlink-backed-up'];

/** `insert` writes to no disk of its own where MariaDB keeps the rows. */
const WRITING_STEPS: readonly Traced[] = [...REMOVING, 'pull'];

/** One each of a kill, an error, and a lie. */
const QUICK = new Set(['SIGKILL at a call: unlink-discuss', 'ENOSPC', 'unlink that does nothing']);

/** SIGKILL at every n-th call that changes the disk. */
const KILLS: readonly Fault[] = TRACED.map((traced) =>
  syscallFault(`SIGKILL at a call: ${traced}`, [traced], WRITING_CALLS, 'signal=SIGKILL', 15),
);

/** Errors of the disk, once or from then on, on each kind of call that can have them. */
const ERRORS: readonly Fault[] = [
  syscallFault('EIO', TRACED, ALL_CALLS, 'error=EIO', 18),
  syscallFault('ENOSPC', WRITING_STEPS, ['open', 'write', 'fsync', 'rename', 'mkdir'], 'error=ENOSPC', 16),
  syscallFault('EACCES', TRACED, ['open', 'rename', 'unlink', 'mkdir'], 'error=EACCES', 12),
  syscallFault('EROFS', TRACED, ['open', 'rename', 'unlink', 'mkdir'], 'error=EROFS', 12),
  syscallFault('EMFILE', TRACED, ['open'], 'error=EMFILE', 6),
  // SQLite ends a transaction by removing its journal: that lie would be told to the database, not to the program.
  { ...syscallFault('unlink that does nothing', REMOVING, ['unlink'], 'retval=0', 8), engines: ['mariadb'] },
  syscallFault('rename that does nothing', [...REMOVING, 'pull'], ['rename'], 'retval=0', 8),
];

export const SYSCALLS: readonly Fault[] = [...KILLS, ...ERRORS];

function syscallFault(
  name: string,
  traced: readonly Traced[],
  kinds: readonly CallKind[],
  way: string,
  full: number,
): Fault {
  return {
    name,
    engines: ENGINES,
    rounds: { quick: QUICK.has(name) ? 1 : 0, full },
    unavailable: noStrace,
    async play(round) {
      const who = traced[(round.number - 1) % traced.length] ?? pick(traced, round.random());
      // Of each kind in turn; of its calls, such that any number of rounds is spread evenly over all of them.
      const turn = Math.floor((round.number - 1) / traced.length);
      const calls = (await callsOf(round, [who])).filter(touchesShop);
      const possible = kinds.filter((kind) => calls.some((call) => isOf(call, kind)));
      const kind = possible[turn % possible.length];
      if (kind === undefined) return;
      const candidates = calls.filter((call) => isOf(call, kind));
      const call = pick(candidates, ((turn + 1) * GOLDEN + round.random() / candidates.length) % 1);
      const lasts = round.random() < 0.3 && way !== 'signal=SIGKILL';
      const scene = await round.scene();
      const inject = `${call.name}:${way}:when=${call.nth}${lasts ? '+' : ''}`;
      const log = path.join(scene.scratch, 'strace.log');
      const died = await runTraced(scene, [who], straced(log, ALL_CALLS, inject));
      scene.struck = died || (await hasInjected(log));
    },
  };
}

const GOLDEN = 0.618_033_988_749_895;
