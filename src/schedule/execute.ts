import { spawn } from 'node:child_process';
import { EXIT, messageOf, OrderbakError } from '../errors.js';
import { gatherOutput } from './gather-output.js';

/** What came of one of the machine's own programs. */
export interface Executed {
  readonly code: number;
  /** Byte for byte, a character each, so that what is written back is what was read. */
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one of the machine's own programs. `input` goes to its standard input, a byte a character. */
export type Execute = (command: string, args: readonly string[], input?: string) => Promise<Executed>;

/** Throws with exit 1 when the program is not there. */
export const execute: Execute = (command, args, input = '') =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'pipe' });
    const output = gatherOutput(child, 'latin1');
    child.once('error', (error) => reject(failed(`${command} cannot be run: ${messageOf(error)}`)));
    child.once('close', (code) => resolve({ code: code ?? 1, ...output }));
    // A program that does not read its input has said why on its own.
    child.stdin.on('error', () => {});
    child.stdin.end(Buffer.from(input, 'latin1'));
  });

/** Runs a program that must do what it is told. Throws with exit 1 and its own words when it does not. */
export async function mustExecute(
  execute: Execute,
  command: string,
  args: readonly string[],
  input?: string,
): Promise<string> {
  const { code, stdout, stderr } = await execute(command, args, input);
  if (code === 0) return stdout;
  const words = (stderr.trim() || stdout.trim() || `exit code ${code}`).split('\n').slice(-3).join(' ');
  throw failed(`\`${[command, ...args].join(' ')}\` failed: ${words}`);
}

const NO_BUS =
  'systemd answers a user only in a login of his own: log in as him (ssh, `sudo -iu NAME`), or let root install it with --run-as.';
const NOT_BOOTED = 'systemd is not what runs on this machine; --target names another scheduler, as cron.';
const OTHERWISE =
  '`orderbak schedule print --target …` shows what was to be installed; --target names another scheduler.';

function failed(message: string): OrderbakError {
  const noBus = message.includes('not been booted with systemd') ? NOT_BOOTED : NO_BUS;
  const hint = message.includes('Failed to connect to bus') ? noBus : OTHERWISE;
  return new OrderbakError(EXIT.failed, 'scheduler', message, hint);
}
