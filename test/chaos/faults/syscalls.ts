import path from 'node:path';
import { ENGINES } from '../../support/database.js';
import type { Fault, Round } from '../fault.js';
import { pick } from '../random.js';
import { type Scene, STEPS, type Step } from '../scene.js';
import { CALLS, type Call, type CallKind, noStrace, readCalls, straced, touches } from '../strace.js';

/** Who is traced: a step, or the server that answers `pull`. */
type Traced = Step | 'serve';
const TRACED: readonly Traced[] = [...STEPS, 'serve'];
const REMOVING: readonly Traced[] = ['unlink-discuss', 'unlink-trash', 'unlink-backed-up'];
const WRITES: readonly CallKind[] = ['open', 'write', 'fsync', 'rename', 'unlink', 'mkdir'];
const ALL: readonly CallKind[] = [...WRITES, 'read'];

/** SIGKILL at every n-th call that changes the disk. */
const KILLS: readonly Fault[] = TRACED.map((traced) =>
  syscallFault(`SIGKILL at a call: ${traced}`, [traced], WRITES, ['signal=SIGKILL'], 40),
);

/** Errors of the disk, once or from then on, on each kind of call that can have them. */
const ERRORS: readonly Fault[] = [
  syscallFault('EIO', TRACED, ALL, ['error=EIO'], 60),
  syscallFault('ENOSPC', TRACED, ['open', 'write', 'fsync', 'rename', 'mkdir'], ['error=ENOSPC'], 40),
  syscallFault('EACCES', TRACED, ['open', 'rename', 'unlink', 'mkdir'], ['error=EACCES'], 40),
  syscallFault('EROFS', TRACED, ['open', 'rename', 'unlink', 'mkdir'], ['error=EROFS'], 40),
  syscallFault('EMFILE', TRACED, ['open'], ['error=EMFILE'], 20),
  syscallFault('unlink that does nothing', REMOVING, ['unlink'], ['retval=0'], 20),
  syscallFault('rename that does nothing', [...REMOVING, 'pull'], ['rename'], ['retval=0'], 20),
];

export const SYSCALLS: readonly Fault[] = [...KILLS, ...ERRORS];

function syscallFault(
  name: string,
  traced: readonly Traced[],
  kinds: readonly CallKind[],
  ways: readonly string[],
  full: number,
): Fault {
  return {
    name,
    engines: ENGINES,
    rounds: { quick: name.startsWith('SIGKILL') ? 0 : 1, full },
    unavailable: noStrace,
    async play(round) {
      const who = traced[(round.number - 1) % traced.length] ?? pick(traced, round.random());
      // Of each kind in turn; of its calls, such that any number of rounds is spread evenly over all of them.
      const turn = Math.floor((round.number - 1) / traced.length);
      const calls = await callsOf(round, who);
      const possible = kinds.filter((kind) => calls.some((call) => isOf(call, kind)));
      const kind = possible[turn % possible.length];
      if (kind === undefined) return;
      const candidates = calls.filter((call) => isOf(call, kind));
      const call = pick(candidates, ((turn + 1) * GOLDEN + round.random() / candidates.length) % 1);
      const lasts = round.random() < 0.3 && !ways.includes('signal=SIGKILL');
      const scene = await round.scene();
      const inject = `${call.name}:${pick(ways, round.random())}:when=${call.nth}${lasts ? '+' : ''}`;
      await runTraced(scene, who, straced(path.join(scene.scratch, 'strace.log'), ALL, inject));
    },
  };
}

const GOLDEN = 0.618_033_988_749_895;

function isOf(call: Call, kind: CallKind): boolean {
  return (CALLS[kind] as readonly string[]).includes(call.name);
}

const known = new Map<string, Promise<Call[]>>();

/** The calls that a program makes about the shop's files when nothing disturbs it; looked at once for each. */
function callsOf(round: Round, traced: Traced): Promise<Call[]> {
  const key = `${round.engine} ${traced} ${round.program}`;
  const calls = known.get(key) ?? observe(round, traced);
  known.set(key, calls);
  return calls;
}

async function observe(round: Round, traced: Traced): Promise<Call[]> {
  const scene = await round.scene({ judged: false });
  const log = path.join(scene.scratch, 'strace.log');
  await runTraced(scene, traced, straced(log, ALL));
  return (await readCalls(log)).filter((call) => touches(call, scene.world.folder));
}

/** Runs the step, with whoever is meant under strace; a server that breaks is no trouble of the round. */
export async function runTraced(scene: Scene, traced: Traced, wrap: readonly string[]): Promise<void> {
  const isServed = traced === 'serve' || traced === 'pull';
  const serve = isServed
    ? await scene.serve(traced === 'serve' ? { wrap } : {}).catch(() => undefined)
    : undefined;
  const step = traced === 'serve' ? 'pull' : traced;
  await scene.run(step, traced === 'serve' ? {} : { wrap });
  await serve?.stop().catch(() => undefined);
}
