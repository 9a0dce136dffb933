import { type Ceiling, ceilingText, isOver } from '../domain/ceiling.js';
import { EXIT, OrderbakError } from '../errors.js';
import type { Planned, Step } from '../steps/step.js';
import { takingTurns } from '../steps/turns.js';
import type { JobOptions } from './options.js';
import type { Retries } from './retries.js';
import type { Running } from './running.js';
import type { Tally } from './summary.js';

/** An item as it waits in the spool. */
export interface Waiting<Item> {
  readonly item: Item;
  readonly files: number;
}

type ToDo<Item> = Extract<Planned<Item>, { kind: 'do' }>;

/**
 * Has a step plan wholly, and puts aside what is to be done: not more than the limit, just the files that are asked for, and
 * none that has failed so often that it has to wait. Answers whether the plan came to its end.
 */
export async function planInto<Item>(
  step: Step<Item>,
  options: JobOptions,
  running: Running,
): Promise<boolean> {
  const { spool, stop, recording, tally, watcher } = running;
  const { control, tracker } = recording;
  const limit = options.limit ?? Number.POSITIVE_INFINITY;
  // A plan looks into folders without waiting for anything.
  const turn = takingTurns();
  for await (const planned of step.plan(stop)) {
    await turn();
    await control.gate([], stop);
    if (stop.aborted) return false;
    if (planned.kind !== 'do') {
      tally.addPlanned(planned);
      if (planned.kind === 'failed') tracker.ended([], { failed: [planned.failed] });
      tracker.touch();
      continue;
    }
    const wanted = withoutLeftOut(step, planned, recording.retries, tally);
    if (wanted === null) continue;
    const room = limit - tally.counts.planned;
    if (room <= 0) return false;
    const fitting = wanted.files > room ? picked(step, wanted, (index) => index < room) : wanted;
    tally.addPlanned(fitting);
    if (!options.dryRun) tracker.parts.plan(step.entries?.(fitting.item) ?? []);
    else await watcher.planned?.(step.entries?.(fitting.item) ?? []);
    tracker.touch();
    const waiting: Waiting<Item> = { item: fitting.item, files: fitting.files };
    await spool.write(waiting);
  }
  return true;
}

/** What of an item is to be done this time; null when nothing is. */
function withoutLeftOut<Item>(
  step: Step<Item>,
  planned: ToDo<Item>,
  retries: Retries,
  tally: Tally,
): ToDo<Item> | null {
  if (retries.leavesNone) return planned;
  const entries = step.entries?.(planned.item) ?? [];
  const wanted = entries.map((entry) => {
    if (!retries.wants(entry)) return false;
    const held = retries.leftOut(entry);
    if (held !== null) tally.addPlanned({ kind: 'held', held });
    return held === null;
  });
  if (!wanted.includes(false)) return planned;
  return wanted.includes(true) ? picked(step, planned, (index) => wanted[index] === true) : null;
}

/** The same with only some of its files; their share of the bytes is taken for equal, and all of them for being there. */
function picked<Item>(step: Step<Item>, planned: ToDo<Item>, wanted: (index: number) => boolean): ToDo<Item> {
  if (step.pick === undefined) return planned;
  const files = Array.from({ length: planned.files }, (_, index) => index).filter(wanted).length;
  const bytes = Math.round((planned.bytes * files) / planned.files);
  return { ...planned, item: step.pick(planned.item, wanted), files, bytes, absent: 0 };
}

/** The error of a plan that removes more than the ceiling; null when it does not. */
export function overCeiling(ceiling: Ceiling | null, tally: Tally): OrderbakError | null {
  // To note that a file is missing removes nothing.
  const removed = tally.counts.planned - tally.absent;
  if (ceiling === null || !isOver(ceiling, removed, tally.seen)) return null;
  return new OrderbakError(
    EXIT.stopped,
    'ceiling',
    `the plan removes ${removed} of ${tally.seen} files, more than the ceiling of ${ceilingText(ceiling)}; nothing was removed`,
    'Look at the plan with --dry-run --verbose. If it is right, allow it once with --max-delete.',
  );
}
