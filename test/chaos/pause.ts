import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Finished } from '../support/run.js';
import type { Round } from './fault.js';
import { QUARANTINE } from './oracle/places.js';
import { processesOf } from './processes.js';
import { pick } from './random.js';
import type { Scene, Step } from './scene.js';
import { ALL_CALLS, type Call, isOf, readCalls, straced } from './strace.js';
import { callsOf } from './traced.js';

/**
 * Runs a command, stops its process at one of the calls for which `isMeant` says yes, lets something happen, and has it go on.
 * Where it ended without coming to that call, nothing happens. With `after`, it is a call behind the last one that this names.
 */
export async function pausedAt(
  round: Round,
  scene: Scene,
  args: readonly [Step, ...string[]],
  isMeant: (call: Call) => boolean,
  happens: () => Promise<void>,
  after: (call: Call) => boolean = () => false,
): Promise<Finished> {
  const all = await callsOf(round, args);
  // A decoder that stands still holds up nothing: only the threads that open folders are the program's own.
  const own = new Set(all.filter((call) => call.line.includes('O_DIRECTORY')).map((call) => call.thread));
  const late = all.slice(all.findLastIndex(after) + 1);
  const calls = late.filter((call) => own.has(call.thread) && isMeant(call));
  const call = pick(calls, round.random());
  const log = path.join(scene.scratch, 'strace.log');
  const wrap = straced(log, ALL_CALLS, `${call.name}:signal=SIGSTOP:when=${call.nth}`);
  const { child, finished } = await scene.start(args, { wrap });
  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  for (let isDone = false; ; ) {
    const stopped = await untilStopped(scene, isOver);
    if (stopped.length === 0) return await finished;
    try {
      // Each thread counts for itself: another one may have come to its own n-th call, which is not the one that is meant.
      const isThere = (await readCalls(log)).some((each) => each.nth === call.nth && isMeant(each));
      if (isThere && !isDone) await happens();
      isDone ||= isThere;
    } finally {
      for (const pid of stopped.filter(isStopped)) process.kill(pid, 'SIGCONT');
    }
    // Until it is seen to move again, the same stop would be met twice.
    await untilMoving(stopped);
  }
}

/**
 * Whether a call comes before the last look at a file and the last question about it. Between those and the removal no
 * program can see what others do.
 */
export function isUnhurried(call: Call): boolean {
  const isInFolder = /\/proc\/\d+\/fd\/\d+\//.test(call.line) && !makesRoom(call);
  return isInFolder && (isOf(call, 'open') || isOf(call, 'rename'));
}

/** Whether a call may belong to the making of a room in the quarantine, which comes after the question; a first look for one fails. */
export function makesRoom({ line }: Call): boolean {
  return line.includes(QUARANTINE) || line.includes('ENOENT');
}

/** The scene's processes that stand still, as soon as there is one; none when the command ended first. */
async function untilStopped(scene: Scene, isOver: () => boolean): Promise<number[]> {
  for (;;) {
    const stopped = processesOf(scene.world.folder).filter(isStopped);
    if (stopped.length > 0 || isOver()) return stopped;
    await sleep(5);
  }
}

async function untilMoving(pids: readonly number[]): Promise<void> {
  while (pids.some(isStopped)) await sleep(1);
}

/** Whether all threads of a process stand still; at a call that strace looks at, only the one that made it does. */
function isStopped(pid: number): boolean {
  try {
    const states = readdirSync(`/proc/${pid}/task`).map((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8').split(') ').at(-1),
    );
    return states.every((state) => /^t/i.test(state ?? ''));
  } catch {
    return false;
  }
}
