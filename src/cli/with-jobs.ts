import type { openJobs } from '../app/jobs.js';
import { type CommonFlags, configOf } from './config.js';

/** The record of the runs, open. */
export type Jobs = Awaited<ReturnType<typeof openJobs>>;

/** Opens the record of the runs for as long as `work` lasts. `target` is the id or the step that somebody named. */
export async function withJobs<T>(
  flags: CommonFlags,
  target: string | null,
  work: (jobs: Jobs) => Promise<T>,
): Promise<T> {
  const { openJobs } = await import('../app/jobs.js');
  const jobs = await openJobs(await configOf(flags), target);
  return work(jobs).finally(() => jobs.close());
}
