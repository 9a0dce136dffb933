import { EXIT, OrderbakError } from '../errors.js';
import { execute } from './execute.js';

const REFUSED = 13;

/** Becomes somebody as cron does, with all of his groups, and opens a file. */
const TRY = `const [user, uid, gid, file] = process.argv.slice(1);
process.initgroups(user, Number(gid));
process.setgid(Number(gid));
process.setuid(Number(uid));
try { fs.closeSync(fs.openSync(file)); } catch (error) { process.exitCode = error.code === 'EACCES' ? ${REFUSED} : 0; }`;

/**
 * Throws with exit 2 when it is certain that the user to whom the schedule switches cannot read the configuration file: each
 * run would fail at night. `user` = null: nobody else runs it.
 */
export async function mustRead(user: string | null, config: string | null): Promise<void> {
  if (user === null || config === null || process.platform === 'win32') return;
  const [uid, gid] = await Promise.all([execute('id', ['-u', user]), execute('id', ['-g', user])]);
  // Whoever is not known here is told of by the scheduler.
  if (uid.code !== 0 || gid.code !== 0) return;
  const words = ['-e', TRY, user, uid.stdout.trim(), gid.stdout.trim(), config];
  if ((await execute(process.execPath, words)).code !== REFUSED) return;
  throw new OrderbakError(
    EXIT.usage,
    'config',
    `${user} cannot read ${config}, so that each of the schedule's runs would fail`,
    `Let ${user} read it and enter the folders above it, e.g. \`chown ${user} ${config}\`, or name with --run-as who can.`,
  );
}
