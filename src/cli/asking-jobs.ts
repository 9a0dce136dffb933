import type { openJobs } from '../app/jobs.js';
import { answering } from './answering.js';
import { type Output, openOutput } from './output.js';
import type { CommonFlags } from './run-step.js';

export type Jobs = Awaited<ReturnType<typeof openJobs>>;
export type JobsFlags = CommonFlags;

/** Opens the record of the runs, asks it, and closes it again. `target` is the id or the step that somebody named. */
export function asking(
  flags: JobsFlags,
  target: string | null,
  ask: (jobs: Jobs, output: Output) => Promise<void>,
): Promise<void> {
  return answering(flags, async () => {
    const jobs = await openTheJobs(flags, target);
    await ask(jobs, openOutput(flags)).finally(() => jobs.close());
  });
}

/** The record of the runs, by the configuration that the flags name. */
export async function openTheJobs(flags: JobsFlags, target: string | null): Promise<Jobs> {
  const [{ openJobs }, { loadConfig }] = await Promise.all([
    import('../app/jobs.js'),
    import('../config/load.js'),
  ]);
  return openJobs(loadConfig(flags.config ?? null, process.env), target);
}
