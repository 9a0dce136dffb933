import { Command, Option } from 'commander';
import { parseDuration } from '../../domain/duration.js';
import { isActive } from '../../domain/run.js';
import { EXIT, OrderbakError } from '../../errors.js';
import { asking, type Jobs, type JobsFlags } from '../asking-jobs.js';
import { helpTail, JOBS_CODES } from '../help.js';
import { reject, wholeNumber } from '../options.js';

/** Clears the past. */
export function clearJobs(): Command {
  const command = new Command('clear')
    .summary('forget runs that are over')
    .description(
      `Forgets runs that ended longer ago than --older-than says (else [history] keep), with their orders and failures, or just the runs that are named. The last run of each step stays, unless it is named, and so do failures that wait to be tried again. What was removed and the receipts of what was backed up are never forgotten. Each run does the same by itself when it ends.`,
    )
    .argument('[id...]', 'just these runs')
    .addOption(
      new Option('--older-than <age>', 'instead of [history] keep, e.g. "30d"').argParser(
        (text: string): number => parseDuration(text) ?? reject('write an age such as "30d" or "12h"'),
      ),
    )
    .addHelpText(
      'after',
      helpTail(
        [
          ['orderbak jobs clear', 'what [history] keep allows'],
          ['orderbak jobs clear --older-than 30d', 'what ended more than a month ago'],
          ['orderbak jobs clear 17', 'one run'],
        ],
        JOBS_CODES,
      ),
    );
  return command.action((typed: string[]) => {
    const flags = command.optsWithGlobals<JobsFlags & { olderThan?: number }>();
    return asking(flags, null, async (jobs, output) => {
      const ids = typed.map((text) => idOf(text));
      if (ids.length > 0 && flags.olderThan !== undefined) throw usage('name either runs or --older-than');
      const forgotten =
        ids.length > 0 ? await clearThese(jobs, ids) : await jobs.forget(flags.olderThan ?? null);
      if (output.json) output.answer(JSON.stringify({ ok: true, command: 'jobs clear', forgotten }));
      else if (!output.quiet)
        output.answer(`${forgotten === 1 ? '1 run is' : `${forgotten} runs are`} forgotten.`);
    });
  });
}

/** All are looked at before the first is forgotten. */
async function clearThese(jobs: Jobs, ids: readonly number[]): Promise<number> {
  const runs = await Promise.all(ids.map((id) => jobs.byId(id)));
  const active = runs.find(({ status }) => isActive(status));
  if (active !== undefined)
    throw new OrderbakError(
      EXIT.failed,
      'still-running',
      `run ${active.id} (${active.step}) is ${active.status}; nothing was forgotten`,
      `\`orderbak jobs cancel ${active.id} --remove\` stops it first.`,
    );
  let forgotten = 0;
  for (const run of runs) forgotten += await jobs.remove(run);
  return forgotten;
}

function idOf(text: string): number {
  try {
    return wholeNumber(text);
  } catch {
    throw usage(`"${text}" is no id of a run`);
  }
}

function usage(message: string): OrderbakError {
  return new OrderbakError(EXIT.usage, 'usage', message, 'See `orderbak jobs clear --help`.');
}
