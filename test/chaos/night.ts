import path from 'node:path';
import { KeptProcess } from '../support/kept-process.js';
import { freePort } from '../support/ports.js';
import type { World } from '../support/worlds.js';
import { STEPS, type Step } from './scene.js';

const SCRIPT = path.join(import.meta.dirname, 'night-child.js');

/** More than the rounds that are played at a time would only hold memory. */
const MOST_IDLE = 4;
const idle: { readonly program: string; readonly child: NightChild }[] = [];

interface Asked {
  readonly folder: string;
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

interface Told {
  readonly step: Step;
  readonly code: number;
  readonly stderr: string;
  readonly stdout: string;
}

type NightChild = KeptProcess<Asked, { played: Told[] }>;

/** How one step of a night went. */
export interface Played extends Told {
  /** How many files it says that it handled. */
  readonly done: number;
}

/**
 * Plays steps that nothing disturbs, both machines of the world in one process; the server answers while `pull` runs.
 * The process is kept for the next night of the same program: to load the program costs more than a small night.
 */
export async function playNight(
  world: World,
  program: string,
  steps: readonly Step[] = STEPS,
): Promise<Played[]> {
  const known = idle.findIndex((each) => each.program === program);
  const child = idle.splice(known, known < 0 ? 0 : 1)[0]?.child ?? new KeptProcess(SCRIPT, [program]);
  const port = await freePort();
  const folder = path.join(world.folder, 'home');
  const { played } = await child.ask({ folder, port, env: envOf(world, port), steps });
  idle.push({ program, child });
  for (const old of idle.splice(0, Math.max(0, idle.length - MOST_IDLE))) old.child.end();
  return played.map((one) => ({ ...one, done: doneOf(one.stdout) }));
}

/** Ends the processes that wait for another night. */
export function endNights(): void {
  for (const { child } of idle.splice(0)) child.end();
}

function envOf(world: World, port: number): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    HOME: path.join(world.folder, 'home'),
    ORDERBAK_DATABASE_URL: world.databaseUrl,
    ORDERBAK_ORDERS_ROOT: world.root,
    ORDERBAK_SHOP_TIMEZONE: world.zone.name,
    ORDERBAK_SERVER_TOKEN: world.token,
    ORDERBAK_SERVER_LISTEN: `127.0.0.1:${port}`,
    ORDERBAK_PULL_URL: `http://127.0.0.1:${port}`,
    ORDERBAK_PULL_TOKEN: world.token,
    ORDERBAK_PULL_STORE: world.store,
  };
}

function doneOf(summary: string): number {
  const { counts } = JSON.parse(summary) as { counts: { done: number } };
  return counts.done;
}
