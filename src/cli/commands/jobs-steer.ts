import { type Command, Option } from 'commander';
import { isActive, type RunRecord } from '../../domain/run.js';
import type { Steered } from '../../jobs/steer.js';
import { setAction } from '../action.js';
import type { CommonFlags } from '../config.js';
import { JOBS_CODES, newCommand, PULL_CODES } from '../help.js';
import { runJson } from '../jobs-json.js';
import { positiveInteger } from '../options.js';
import type { Output } from '../output.js';
import { keepNewSmall } from '../small-heap.js';
import { type Jobs, withJobs } from '../with-jobs.js';

interface SteerFlags extends CommonFlags {
  readonly order?: number;
  readonly remove?: true;
}

const oneOrder = () => new Option('--order <id>', 'only this order of the run').argParser(positiveInteger);

/** Holds a run, or one of its orders. */
export function pauseJob(): Command {
  const command = newCommand({
    name: 'pause',
    summary: 'hold a run, or one of its orders, almost at once',
    description: `Holds a run between two files, or between two blocks of a large download. It keeps its lease, so that no other run begins meanwhile. A run on another machine hears of it within five seconds.`,
    examples: [
      ['orderbak jobs pause pull', 'the office line is needed for something else'],
      ['orderbak jobs pause 17 --order 142', 'leave one order for later; the others go on'],
    ],
    codes: JOBS_CODES,
  })
    .argument('<id|step>', 'which run')
    .addOption(oneOrder());
  return setAction<SteerFlags>(command, (flags, output, target: string) =>
    withJobs(flags, target, async (jobs) => {
      const steered = await jobs.steer(await jobs.find(target), flags.order ?? null, 'pause');
      tellSteered('pause', steered, flags, output);
    }),
  );
}

/** Lets a run go on that is held, or goes on with one that ended before its end. */
export function resumeJob(): Command {
  const command = newCommand({
    name: 'resume',
    summary: 'let a run go on, or go on with one that was lost, failed or cancelled',
    description: `Lets a run go on at once that is held. One that died, failed or was cancelled is gone on with here, as its step's own command would: what is done is not done again.`,
    examples: [
      ['orderbak jobs resume pull', 'after jobs pause pull'],
      ['orderbak jobs resume 17', 'the machine was switched off in its middle'],
    ],
    codes: PULL_CODES,
  })
    .argument('<id|step>', 'which run')
    .addOption(oneOrder());
  return setAction<SteerFlags>(command, async (flags, output, target: string) => {
    // It may be a step that makes thumbs; once its run is looked up the space would have grown.
    keepNewSmall();
    const over = await withJobs(flags, target, async (jobs) => {
      const run = await jobs.find(target);
      if (!isActive(run.status) && flags.order === undefined) return jobs.family(run.id);
      tellSteered('resume', await jobs.steer(run, flags.order ?? null, null), flags, output);
      return null;
    });
    if (over === null) return;
    const { goOnWith } = await import('../run-again.js');
    await goOnWith(over, flags);
  });
}

/** Stops a run for good. */
export function cancelJob(): Command {
  const command = newCommand({
    name: 'cancel',
    summary: 'stop a run, or one of its orders, for good',
    description: `Stops a run: the file in hand is finished or undone, so that nothing is left half done. What is done stays done. With --remove its record is dropped too, once it has ended; what was removed, and its receipts, are remembered all the same.`,
    examples: [
      ['orderbak jobs cancel unlink-trash', 'something looks wrong'],
      ['orderbak jobs cancel 17 --order 142', 'leave this order out; the others go on'],
      ['orderbak jobs cancel 17 --remove', 'and forget that it ran'],
    ],
    codes: JOBS_CODES,
  })
    .argument('<id|step>', 'which run')
    .addOption(oneOrder().conflicts('remove'))
    .option('--remove', 'drop its record too');
  return setAction<SteerFlags>(command, (flags, output, target: string) =>
    withJobs(flags, target, async (jobs) => {
      const run = await jobs.find(target);
      const steered = await stopRun(jobs, run, flags);
      if (flags.remove) await jobs.remove(run);
      tellSteered('cancel', steered, flags, output);
    }),
  );
}

async function stopRun(jobs: Jobs, run: RunRecord, { order, remove }: SteerFlags): Promise<Steered> {
  if (run.status === 'lost') {
    await jobs.giveUp(run);
    return { run: await jobs.byId(run.id), heard: true };
  }
  if (remove && !isActive(run.status)) return { run, heard: true };
  const steered = await jobs.steer(run, order ?? null, 'cancel');
  return remove ? { run: await jobs.untilEnded(run.id), heard: true } : steered;
}

const DOING: Readonly<Record<'pause' | 'cancel' | 'resume', string>> = {
  pause: 'being paused',
  cancel: 'being cancelled',
  resume: 'going on',
};

function tellSteered(
  verb: keyof typeof DOING,
  { run, heard }: Steered,
  flags: SteerFlags,
  output: Output,
): void {
  const { order = null, remove: removed = false } = flags;
  const reached = verb === 'pause' ? run.status === 'paused' : verb === 'cancel' && !isActive(run.status);
  const what =
    order === null ? `Run ${run.id} (${run.step})` : `Order ${order} of run ${run.id} (${run.step})`;
  const state = order === null && reached ? run.status : DOING[verb];
  const late = heard
    ? ''
    : ` Its process on ${run.host} has not answered yet; it hears of it with its next heartbeat.`;
  output.done(
    `jobs ${verb}`,
    { heard, order, removed, run: runJson(run) },
    `${what} is ${state}${removed ? ', and its record is gone' : ''}.${late}`,
  );
}
