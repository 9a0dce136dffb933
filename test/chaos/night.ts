import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../support/ports.js';
import type { World } from '../support/worlds.js';
import { STEPS, type Step } from './scene.js';

const NIGHT = path.join(import.meta.dirname, 'night-child.js');
/** Only a hanging night meets this. */
const LIMIT_MS = 120_000;

/** How one step of a night went. */
export interface Played {
  readonly step: Step;
  readonly code: number;
  /** How many files it says that it handled. */
  readonly done: number;
  readonly stderr: string;
  readonly stdout: string;
}

/** Plays steps that nothing disturbs, both machines of the world in one process; the server answers while `pull` runs. */
export async function playNight(
  world: World,
  program: string,
  steps: readonly Step[] = STEPS,
): Promise<Played[]> {
  const port = await freePort();
  const home = path.join(world.folder, 'home');
  const { stdout } = await promisify(execFile)(process.execPath, [NIGHT, program, String(port), ...steps], {
    cwd: home,
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
    maxBuffer: 64 * 1024 * 1024,
    env: {
      PATH: process.env.PATH,
      HOME: home,
      ORDERBAK_DATABASE_URL: world.databaseUrl,
      ORDERBAK_ORDERS_ROOT: world.root,
      ORDERBAK_SHOP_TIMEZONE: world.zone.name,
      ORDERBAK_SERVER_TOKEN: world.token,
      ORDERBAK_SERVER_LISTEN: `127.0.0.1:${port}`,
      ORDERBAK_PULL_URL: `http://127.0.0.1:${port}`,
      ORDERBAK_PULL_TOKEN: world.token,
      ORDERBAK_PULL_STORE: world.store,
    },
  });
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    // Written by night-child.js, of our own.
    const told = JSON.parse(line) as Omit<Played, 'done'>;
    return { ...told, done: doneOf(told.stdout) };
  });
}

function doneOf(summary: string): number {
  const { counts } = JSON.parse(summary) as { counts: { done: number } };
  return counts.done;
}
