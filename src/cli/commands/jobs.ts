import type { Command } from 'commander';
import { setAction } from '../action.js';
import type { CommonFlags } from '../config.js';
import { newCommand, QUESTION_CODES, STEP_CODES } from '../help.js';
import { printDetails, runJson } from '../jobs-json.js';
import { detailsText, runsText } from '../jobs-text.js';
import { withJobs } from '../with-jobs.js';
import { clearJobs } from './jobs-clear.js';
import { retryJob } from './jobs-retry.js';
import { cancelJob, pauseJob, resumeJob } from './jobs-steer.js';
import { watchJobs } from './jobs-watch.js';

const LAST = 10;

/** What runs, what ran, and how it is steered. */
export function jobsCommand(): Command {
  const command = newCommand({
    name: 'jobs',
    summary: 'see what runs and what ran; pause it, go on, stop it, try failures again (either machine)',
    description: `Shows the runs that are under way, then the last ten that have ended: a line each, and under a night all of its steps. The server's runs stand in its database, the office machine's in the store's catalog; on a machine that is both, "pull" means the store's, an id the server's.`,
    examples: [
      ['orderbak jobs', 'what is running, how far, how fast'],
      ['orderbak jobs show 17', 'one run, with what failed and why'],
      ['orderbak jobs pause pull', 'hold it, almost at once'],
      ['orderbak jobs resume pull', 'let it go on'],
      ['orderbak jobs retry 17', 'just what failed in that run'],
    ],
    codes: STEP_CODES,
  })
    .helpCommand(false)
    .addCommand(showJob())
    .addCommand(watchJobs())
    .addCommand(pauseJob())
    .addCommand(resumeJob())
    .addCommand(cancelJob())
    .addCommand(retryJob())
    .addCommand(clearJobs());
  return setAction<CommonFlags>(command.allowExcessArguments(), async (flags, output, typed?: string) => {
    if (typed !== undefined) {
      const parts = command.commands.map((part) => part.name()).join(', ');
      command.error(`error: unknown command 'jobs ${typed}'; there are ${parts}`);
    }
    const runs = await withJobs(flags, null, (jobs) => jobs.latest(LAST));
    if (output.json)
      output.answer(JSON.stringify({ ok: true, command: 'jobs', runs: runs.map((run) => runJson(run)) }));
    else output.answer(runsText(runs, Date.now(), output.answerPaint));
  });
}

function showJob(): Command {
  const command = newCommand({
    name: 'show',
    summary: 'show one run: its counts, its orders, what failed or is held back, and why',
    description: `Shows a run by its id, or the one of a step: the one under way, else the last. With --json every order that has begun is told, and up to a thousand failures.`,
    examples: [
      ['orderbak jobs show 17', 'by its id'],
      ['orderbak jobs show pull --json', 'the run of a step, for scripts'],
    ],
    codes: QUESTION_CODES,
  }).argument('<id|step>', 'which run');
  return setAction<CommonFlags>(command, (flags, output, target: string) =>
    withJobs(flags, target, async (jobs) => {
      const details = await jobs.details((await jobs.find(target)).id);
      if (output.json) await printDetails(details, jobs.parts(details.run.id));
      else output.answer(detailsText(details, Date.now(), output.answerPaint));
    }),
  );
}
