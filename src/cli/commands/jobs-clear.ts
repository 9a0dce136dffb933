import { type Command, Option } from 'commander';
import { parseDuration } from '../../domain/duration.js';
import { isActive } from '../../domain/run.js';
import { EXIT, OrderbakError } from '../../errors.js';
import { summaryObject } from '../../jobs/summary.js';
import { setAction } from '../action.js';
import { clearedLogText, clearedTrashText, forgottenText } from '../cleared-text.js';
import { type CommonFlags, configOf } from '../config.js';
import { JOBS_CODES, newCommand } from '../help.js';
import { reject } from '../options.js';
import type { Output } from '../output.js';
import { typedId, usage } from '../usage.js';
import { type Jobs, withJobs } from '../with-jobs.js';

/** Clears the past. */
export function clearJobs(): Command {
  const command = newCommand({
    name: 'clear',
    summary: 'forget runs that are over',
    description: `Forgets runs that ended longer ago than --older-than says (else [history] keep), with their orders and failures, or just the runs that are named. The last run of each step stays, unless it is named, and so do failures that wait to be tried again. Unless runs are named it also removes pieces of [log] file that are as old, and deletes for good what has waited in the quarantine for so long, but nothing before [trash] keep is over. What was removed and the receipts of what was backed up are never forgotten. Runs and log are cleared by each run too when it ends, the quarantine by unlink-trash.`,
    examples: [
      ['orderbak jobs clear', 'what [history] keep and [trash] keep allow'],
      ['orderbak jobs clear --older-than 30d', 'what is over for more than a month'],
      ['orderbak jobs clear 17', 'one run'],
    ],
    codes: [...JOBS_CODES, EXIT.partial, EXIT.stopped],
  })
    .argument('[id...]', 'just these runs')
    .addOption(
      new Option('--older-than <age>', 'instead of [history] keep, e.g. "30d"').argParser(
        (text: string): number => parseDuration(text) ?? reject('write an age such as "30d" or "12h"'),
      ),
    );
  return setAction<CommonFlags & { olderThan?: number }>(
    command,
    ({ olderThan, ...flags }, output, ...typed: string[]) =>
      withJobs(flags, null, async (jobs) => {
        const ids = typed.map((text) => typedId('jobs clear', text));
        if (ids.length === 0) return clearPast(jobs, olderThan ?? null, flags, output);
        if (olderThan !== undefined) throw usage('jobs clear', 'name either runs or --older-than');
        const forgotten = await clearThese(jobs, ids);
        output.done('jobs clear', { forgotten, quarantine: null, log: null }, forgottenText(forgotten));
      }),
  );
}

/** What is at least `age` ms old, null = as old as the configuration says. */
async function clearPast(jobs: Jobs, age: number | null, flags: CommonFlags, output: Output): Promise<void> {
  const say = (text: string) => {
    if (!output.json && !output.quiet) output.answer(text);
  };
  const { clearTrash } = await import('../clear-trash.js');
  const forgotten = await jobs.forget(age);
  say(forgottenText(forgotten));
  // Before the purge, which is a run and so clears the log by itself.
  const log = await jobs.clearLog(age);
  if (log !== null && log.files > 0) say(clearedLogText(log));
  const purge = await clearTrash(await configOf(flags), age ?? 0, flags, output);
  if (purge !== null) say(clearedTrashText(purge));
  if (!output.json) return;
  const quarantine = purge === null ? null : summaryObject(purge);
  const ok = purge?.ok ?? true;
  output.answer(JSON.stringify({ ok, command: 'jobs clear', forgotten, quarantine, log }));
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
