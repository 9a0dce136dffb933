import { codeOf } from '../errors.js';

/** Whether a process of this machine lives; one of another user does too. `pid` may belong to another process by now. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}
