import { hostname } from 'node:os';
import { LEASE_TTL } from '../domain/run.js';
import { EXIT, OrderbakError } from '../errors.js';
import type { StepName } from '../steps/step.js';
import type { Leases, Standing } from './ports.js';

/**
 * Takes a step's lease away from whoever has it, and answers who that was; null when nobody had it. A process that comes
 * back afterwards finds its lease gone, and removes nothing more.
 * Throws with exit 11 while the holder lives, unless `force`.
 */
export async function unlock(leases: Leases, step: StepName, force: boolean): Promise<Standing | null> {
  const standing = await leases.standing(step, hostname());
  if (standing === null) return null;
  if (!force && lives(standing)) throw stillRuns(step, standing);
  await leases.release(step, standing.token);
  return standing;
}

/** How long ago the holder renewed its lease, ms. */
export function heardAgo({ left }: Standing): number {
  return LEASE_TTL - left;
}

/** A process of another machine is believed to live as long as its last word is no older than a lease. */
function lives({ process, left }: Standing): boolean {
  // A lease that runs on for longer than one can is from a clock that was wrong.
  if (process === 'elsewhere') return left > 0 && left <= LEASE_TTL;
  return process === 'alive' && left > 0;
}

function stillRuns(step: StepName, { host, pid, since, process: fate }: Standing): OrderbakError {
  const kill = process.platform === 'win32' ? 'taskkill /F /PID' : 'kill';
  const end = fate === 'alive' ? `end it (${kill} ${pid})` : 'wait a minute, should it be gone';
  return new OrderbakError(
    EXIT.busy,
    'still-running',
    `${step} runs: process ${pid} on ${host}, since ${new Date(since).toISOString()}`,
    `Let it end, or ${end}. \`orderbak unlock ${step} --force\` takes the lease from it all the same: it removes nothing more then.`,
  );
}
