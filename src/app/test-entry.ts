import { homedir, userInfo } from 'node:os';
import type { LoadedConfig } from '../config/load.js';
import type { NightStep } from '../domain/night.js';
import { startingFolder } from '../schedule/home.js';
import { startAlone } from '../schedule/start-step.js';
import { entryNamed } from './entries.js';
import { placeOf, programArgv } from './place.js';

/** What an entry did when it was tried. */
export interface Tested {
  readonly exit: number;
  readonly elapsedMs: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs an entry's step, due or not, with what a scheduler gives it: hardly any environment, its own session, no terminal.
 * Throws with exit 1 where it cannot be started.
 */
export async function testEntry(loaded: LoadedConfig, name: NightStep): Promise<Tested> {
  const { path, config } = placeOf(loaded, null);
  const entry = entryNamed(loaded.config, name);
  const { username } = userInfo();
  const bare = { PATH: path, HOME: homedir(), LOGNAME: username, USER: username, SHELL: '/bin/sh' };
  const begun = performance.now();
  const { exit, stdout, stderr } = await startAlone(
    programArgv(config, 'schedule', 'run', entry.name, '--now'),
    process.platform === 'win32' ? process.env : bare,
    startingFolder(),
  );
  return { exit, elapsedMs: Math.round(performance.now() - begun), stdout, stderr };
}
