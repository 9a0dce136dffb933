import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { EXIT, OrderbakError } from '../errors.js';
import { cronScheduler } from './cron.js';
import { execute } from './execute.js';
import { launchdScheduler } from './launchd.js';
import type { Scheduler, Target } from './scheduler.js';
import { systemdScheduler } from './systemd.js';
import { taskScheduler } from './task-scheduler.js';

/** What this machine starts its programs with. */
export function ownTarget(): Target {
  if (process.platform === 'win32') return 'task-scheduler';
  if (process.platform === 'darwin') return 'launchd';
  // What systemd itself looks for (sd_booted): it may be installed and not be what runs.
  return existsSync('/run/systemd/system') ? 'systemd' : 'cron';
}

/**
 * The scheduler of this machine; root's is the machine's own, anybody else's is his. `user` = as whom root lets it run; null =
 * as whoever installs. Throws with exit 2 where somebody who is not root names another user.
 */
export function openScheduler(target: Target, user: string | null): Scheduler {
  const isRoot = process.getuid?.() === 0;
  if (user !== null && !isRoot) throw onlyRoot(user);
  switch (target) {
    case 'cron':
      return cronScheduler(execute, user);
    case 'systemd':
      return isRoot
        ? systemdScheduler(execute, '/etc/systemd/system', false)
        : systemdScheduler(execute, join(homedir(), '.config/systemd/user'), true);
    case 'launchd':
      return isRoot
        ? launchdScheduler(execute, '/Library/LaunchDaemons', 'system')
        : launchdScheduler(execute, join(homedir(), 'Library/LaunchAgents'), `gui/${userInfo().uid}`);
    case 'task-scheduler':
      return taskScheduler(execute, join(process.env.ProgramData ?? homedir(), 'orderbak', 'tasks'));
  }
}

/**
 * As whom root lets the schedule run unless somebody says otherwise: the owner of the configuration file, which `init` gives to
 * the owner of the files. Null = nobody else.
 */
export async function ownUser(config: string | null): Promise<string | null> {
  if (process.getuid?.() !== 0 || config === null) return null;
  const { uid } = await stat(config);
  if (uid === 0) return null;
  const { code, stdout } = await execute('id', ['-nu', String(uid)]);
  return code === 0 ? stdout.trim() : null;
}

function onlyRoot(user: string): OrderbakError {
  return new OrderbakError(
    EXIT.usage,
    'usage',
    `only root may let somebody else (${user}) run it`,
    'Run it as that user, or as root. On Windows tasks run as the user who installs them.',
  );
}
