import { existsSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { EXIT, OrderbakError } from '../errors.js';
import { ownTarget } from './choose.js';

/** The folder in which this machine's scheduler begins what it starts for this user. Throws with exit 1 where cron has none. */
export function startingFolder(): string {
  const home = homedir();
  if (existsSync(home)) return home;
  if (ownTarget() !== 'cron') return '/';
  throw new OrderbakError(
    EXIT.failed,
    'schedule',
    `the home folder of ${userInfo().username}, ${home}, is not there`,
    'Make it (an empty one will do): some crons run nothing for a user without one.',
  );
}
