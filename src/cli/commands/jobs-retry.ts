import type { Command } from 'commander';
import { setAction } from '../action.js';
import type { CommonFlags } from '../config.js';
import { newCommand, PULL_CODES } from '../help.js';
import { keepNewSmall } from '../small-heap.js';
import { withJobs } from '../with-jobs.js';

/** Tries again what failed. */
export function retryJob(): Command {
  const command = newCommand({
    name: 'retry',
    summary: 'try again just what failed in a run',
    description: `Runs the step of a run once more, for the files only that failed in it and have not gone well since; also those that failed too often to be tried by themselves ([retry] attempts).`,
    examples: [
      ['orderbak jobs retry 17', 'what failed in run 17'],
      ['orderbak jobs retry pull', 'what failed in the last pull'],
    ],
    codes: PULL_CODES,
  }).argument('<id|step>', 'which run');
  return setAction<CommonFlags>(command, async (flags, output, target: string) => {
    // It may be a step that makes thumbs; once its run is looked up the space would have grown.
    keepNewSmall();
    const { run, orders, others } = await withJobs(flags, target, (jobs) => jobs.toRetry(target));
    if (orders === null || orders.length > 0) {
      const { tryAgain } = await import('../run-again.js');
      return tryAgain(run, orders, flags);
    }
    const lines = [
      `Nothing that failed in run ${run.id} (${run.step}) waits to be tried again.`,
      ...others.map((other) => `What failed in run ${other} does: orderbak jobs retry ${other}`),
    ];
    output.done('jobs retry', { of: run.id, failures: 0 }, lines.join('\n'));
  });
}
