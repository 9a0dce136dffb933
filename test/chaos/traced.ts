import path from 'node:path';
import type { Round } from './fault.js';
import type { Scene } from './scene.js';
import { ALL_CALLS, type Call, readCalls, straced } from './strace.js';

const known = new Map<string, Promise<Call[]>>();

/** The calls that a command makes when nothing disturbs it; looked at once. `serve` is looked at while `pull` asks it. */
export function callsOf(round: Round, args: readonly string[]): Promise<Call[]> {
  const key = [round.engine, round.program, ...args].join(' ');
  const calls = known.get(key) ?? observe(round, args);
  known.set(key, calls);
  return calls;
}

async function observe(round: Round, args: readonly string[]): Promise<Call[]> {
  const scene = await round.scene({ judged: false });
  const log = path.join(scene.scratch, 'strace.log');
  await runTraced(scene, args, straced(log, ALL_CALLS));
  return await readCalls(log);
}

/**
 * Runs a command under strace, with the server beside it that `pull` needs; answers whether it died of a signal.
 * A server that breaks is no trouble of the round.
 */
export async function runTraced(
  scene: Scene,
  args: readonly string[],
  wrap: readonly string[],
): Promise<boolean> {
  const [name] = args;
  if (name === 'serve') {
    const serve = await scene.serve({ wrap }).catch(() => undefined);
    await scene.run('pull');
    return (await serve?.stop().catch(() => undefined)) === undefined;
  }
  const serve = name === 'pull' ? await scene.serve() : undefined;
  const { signal } = await scene.run(args, { wrap });
  await serve?.stop();
  return signal !== null;
}
