import { hostname } from 'node:os';
import { LEASE_TTL } from '../domain/run.js';
import { EXIT } from '../errors.js';
import { RunStopped, type StepName } from '../steps/step.js';
import type { HeldBy, Leases } from './ports.js';

const HEARTBEAT = 15_000;

/** A lease that is held and kept alive; `lost` aborts when somebody else has it. */
export interface HeldLease {
  readonly token: string;
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/** Takes the step's lease and keeps it by a heartbeat. Throws with exit 11, and says who holds it since when. */
export async function holdLease(leases: Leases, step: StepName): Promise<HeldLease> {
  const taken = await leases.take(step, { host: hostname(), pid: process.pid }, LEASE_TTL);
  if ('heldBy' in taken) throw busy(step, taken.heldBy);
  const { token } = taken;
  const lost = new AbortController();
  const beat = async () => {
    try {
      if (await leases.renew(step, token, LEASE_TTL)) return;
      lost.abort(leaseLost(step));
    } catch {
      // The database may be away for a moment; the lease runs on, and each removal asks for it again.
    }
  };
  const timer = setInterval(beat, HEARTBEAT);
  timer.unref();
  return {
    token,
    lost: lost.signal,
    release: async () => {
      clearInterval(timer);
      await leases.release(step, token);
    },
  };
}

/** The error of a run whose lease was taken away. */
export function leaseLost(step: StepName | 'this step'): RunStopped {
  return new RunStopped(
    EXIT.stopped,
    'lease-lost',
    `the lease of ${step} was taken away: by another run while this one was not heard of, or by \`orderbak unlock --force\``,
    'Nothing more was done here. If another run has the step now, look at what it does; the next run goes on.',
  );
}

function busy(step: StepName, holder: HeldBy): RunStopped {
  const since = new Date(holder.since).toISOString();
  return new RunStopped(
    EXIT.busy,
    'already-running',
    `${step} is already running: process ${holder.pid} on ${holder.host}, since ${since}`,
    `Wait for it to end. Should that process be gone, its lease ends within a minute; \`orderbak unlock ${step} --force\` ends it at once.`,
  );
}
