import { setTimeout as sleep } from 'node:timers/promises';
import { isActive, type PartRecord, type RunRecord, type RunStatus, type Wanted } from '../domain/run.js';
import { EXIT, OrderbakError } from '../errors.js';

/** What steering needs of the record. */
export interface SteerPorts {
  byId(id: number): Promise<RunRecord | null>;
  /** The steps of a night. */
  steps(night: number): Promise<RunRecord[]>;
  want(runs: readonly number[], wanted: Wanted | null): Promise<void>;
  wantOrder(run: number, order: number, wanted: Wanted | null): Promise<void>;
  /** The parts of a run that have begun or are steered, from an order above `after`, at most `limit`. */
  parts(run: number, after: number, limit: number): Promise<PartRecord[]>;
  /** Tells a process of this machine to look; false when nobody heard. */
  ring(doorbell: string): Promise<boolean>;
  /** The name of this machine. */
  readonly host: string;
}

/** What became of a wish: `heard` = its process knows. */
export interface Steered {
  readonly run: RunRecord;
  readonly heard: boolean;
}

/** A process hears within five seconds, wherever it runs. */
const PATIENCE = 6000;
const OFTEN = 100;

/**
 * Writes down what somebody wants of a run that is under way, or of one order of it, and waits until its process has heard it.
 * `wanted` null = that it goes on. Throws with exit 1 when there is nothing to steer, with exit 2 when the
 * run has no such order.
 */
export async function steer(
  run: RunRecord,
  order: number | null,
  wanted: Wanted | null,
  ports: SteerPorts,
): Promise<Steered> {
  if (!isActive(run.status)) throw isOver(run);
  if (order === null) await ports.want(await kinOf(run, wanted, ports), wanted);
  else {
    if (run.step === 'run') throw noParts(run, 'say which of its steps is meant');
    if (!HAVE_PARTS.has(run.step)) throw noParts(run, `${run.step} goes through all orders at once`);
    await ports.wantOrder(run.id, order, wanted);
  }
  const voices = (await ports.steps(run.id)).filter(({ status }) => isActive(status));
  const bells = [run, ...voices].flatMap(({ doorbell, host }) =>
    host === ports.host ? (doorbell ?? []) : [],
  );
  const rung = await Promise.all(bells.map((bell) => ports.ring(bell)));
  if (order !== null && rung.includes(true)) {
    // A process that has planned strikes out what it does not have.
    const [part] = await ports.parts(run.id, order - 1, 1);
    if (part?.order !== order) throw noOrder(run, order);
  }
  const heard = rung.includes(true) || (order === null && (await untilHeard(run, wanted, ports)));
  return { run: (await ports.byId(run.id)) ?? run, heard };
}

/** Steps whose runs have a part for each order. */
const HAVE_PARTS: ReadonlySet<string> = new Set([
  'unlink-discuss',
  'unlink-trash',
  'pull',
  'unlink-backed-up',
]);

/** Which runs the wish is written to: one that is to go on is held neither by itself, nor by its night, nor in its steps. */
async function kinOf(run: RunRecord, wanted: Wanted | null, ports: SteerPorts): Promise<number[]> {
  if (wanted !== null) return [run.id];
  const steps = await ports.steps(run.id);
  return [run.id, ...(run.parent === null ? [] : [run.parent]), ...steps.map(({ id }) => id)];
}

async function untilHeard(run: RunRecord, wanted: Wanted | null, ports: SteerPorts): Promise<boolean> {
  for (const end = performance.now() + PATIENCE; performance.now() < end; await sleep(OFTEN)) {
    const now = await ports.byId(run.id);
    if (now === null || !isActive(now.status)) return true;
    const steps = await ports.steps(run.id);
    const statuses = [now, ...steps].map(({ status }) => status);
    if (wanted === 'pause' && statuses.includes('paused')) return true;
    if (wanted === null && !statuses.includes('paused')) return true;
  }
  return false;
}

const ENDS: Readonly<Partial<Record<RunStatus, string>>> = {
  completed: 'came to its end',
  failed: 'has failed',
  cancelled: 'was cancelled',
  lost: 'was lost with its process',
};

function isOver(run: RunRecord): OrderbakError {
  const when = run.ended === null ? '' : ` (${new Date(run.ended).toISOString()})`;
  return new OrderbakError(
    EXIT.failed,
    'not-running',
    `run ${run.id} (${run.step}) ${ENDS[run.status] ?? 'has ended'}${when}`,
    '`orderbak jobs` shows what runs.',
  );
}

function noOrder({ id, step }: RunRecord, order: number): OrderbakError {
  return new OrderbakError(
    EXIT.usage,
    'no-order',
    `run ${id} (${step}) has no order ${order}`,
    `\`orderbak jobs show ${id}\` tells of its orders.`,
  );
}

function noParts(run: RunRecord, why: string): OrderbakError {
  return new OrderbakError(
    EXIT.usage,
    'no-parts',
    `run ${run.id} (${run.step}) has no orders to steer: ${why}`,
  );
}
