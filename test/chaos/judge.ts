import { setTimeout as sleep } from 'node:timers/promises';
import { withDatabase } from '../support/database.js';
import { playNight } from './night.js';
import { wrongSums } from './oracle/copies.js';
import { differences } from './oracle/end-state.js';
import { removed } from './oracle/leaving.js';
import { leftovers } from './oracle/leftovers.js';
import { violations } from './oracle/oracle.js';
import { changesOf } from './oracle/outside.js';
import { readState } from './oracle/read-state.js';
import type { State } from './oracle/state.js';
import { endProcessesOf } from './processes.js';
import { type Scene, STEPS, type Step } from './scene.js';
import { letTimePass } from './tomorrow.js';

export interface Verdict {
  /** `I1: …`, each a promise that was broken. */
  readonly violations: readonly string[];
  /** How many files left the server in this round, each of them judged. */
  readonly removals: number;
  /** Whether the fault met the program. */
  readonly struck: boolean;
  /** How many clean nights it took to reach the twin's end state. */
  readonly nights: number;
}

const MOST_NIGHTS = 2;

/** Judges a scene after its fault: safety at once, then recovery by clean nights. `twin`: the end state of an undisturbed one. */
export async function judge(scene: Scene, twin: () => Promise<State>): Promise<Verdict> {
  const { world, program } = scene;
  const found: string[] = [...scene.found];
  const before = await scene.before();
  await world.serving?.stop().catch((error: unknown) => found.push(`I7: serve: ${String(error)}`));
  found.push(...(await endProcessesOf(world.folder)).map((line) => `I8: ${line} was left running`));
  const look = async (when: string): Promise<State> => {
    const state = await readState(world);
    const broken = [...violations(before, state, scene.told()), ...wrongSums(state, scene.store)];
    found.push(...broken.map((line) => `${line} (${when})`));
    return state;
  };

  await look('after the fault');
  found.push(...(await unsaidWork(scene)));

  let nights = 0;
  let state = before;
  let missing: string[] = [];
  do {
    nights += 1;
    await letTimePass(world);
    await playNight(world, program);
    state = await look(`after night ${nights}`);
    missing = scene.hasTwin ? differences(state, await twin(), scene.deeds.length > 0) : [];
  } while (nights < MOST_NIGHTS && (missing.length > 0 || !scene.hasTwin));
  found.push(...missing.map((line) => `I6: after ${nights} clean nights: ${line}`));

  await playNight(world, program);
  const last = await look('after the night that changes nothing');
  found.push(...unrest(state, last).map((line) => `I6: one night more: ${line}`));
  found.push(...leftovers(before, last), ...(await openConnections(scene)));
  found.push(...(await endProcessesOf(world.folder)).map((line) => `I8: ${line} outlived its night`));
  const removals = removed(before, last, scene.told()).length;
  return { violations: [...new Set(found)], removals, struck: scene.struck, nights };
}

/** I7: a disturbed command that said that all went well has left nothing to do for a second one. */
async function unsaidWork(scene: Scene): Promise<string[]> {
  const found: string[] = [];
  const last = new Map(scene.disturbed.map((one) => [one.step, one]));
  for (const { step, args, finished } of last.values()) {
    const { code, signal, stderr, stdout } = finished;
    if (signal !== null) continue;
    // Of a signal everybody knows who sent it.
    const isInterrupted = code === 130 || code === 143;
    if (code !== 0 && !isInterrupted && `${stderr}${stdout}`.trim() === '')
      found.push(`I7: ${step} ended with ${code} and said no reason`);
    const isWhole = isStep(step) && args.every((arg) => arg === step || arg === '--json');
    if (code !== 0 || !isWhole || scene.deeds.length > 0 || !scene.hasTwin) continue;
    const [again] = await playNight(scene.world, scene.program, [step]);
    if (again !== undefined && again.done > 0)
      found.push(`I7: ${step} said that all was done, and left ${again.done} files to do`);
  }
  return found;
}

function isStep(name: string): name is Step {
  return (STEPS as readonly string[]).includes(name);
}

/** What a night changed that had nothing to do. */
function unrest(before: State, after: State): string[] {
  const isCatalog = (line: string) => line.startsWith('.orderbak/catalog.sqlite');
  const trees = [...changesOf(before.root, after.root), ...changesOf(before.store, after.store)];
  const rows = (['rows', 'deletions', 'catalog'] as const).filter(
    (part) => JSON.stringify(before[part]) !== JSON.stringify(after[part]),
  );
  return [...trees.filter((line) => !isCatalog(line)), ...rows.map((part) => `the ${part} changed`)];
}

/** The database hears that a process has ended when it has time to listen. */
const CONNECTIONS_MS = 5000;

/** I8: connections to the scene's own database that stay although nothing runs. */
async function openConnections({ world }: Scene): Promise<string[]> {
  if (world.engine === 'sqlite') return [];
  const name = new URL(world.databaseUrl).pathname.slice(1);
  const others = 'SELECT id FROM information_schema.processlist WHERE db = ? AND id <> CONNECTION_ID()';
  for (const limit = Date.now() + CONNECTIONS_MS; ; await sleep(50)) {
    const rows = await withDatabase(world.databaseUrl, (database) => database.all(others, [name]));
    if (rows.length === 0 || Date.now() > limit)
      return rows.map((row) => `I8: connection ${String(row.id)} to the database is still open`);
  }
}
