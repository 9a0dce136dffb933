import type { Clock } from '../domain/clock.js';
import { exitOfNight, type NightStep, type StepEnd, whyNotBegun } from '../domain/night.js';
import { COUNTED, type Counts, noCounts, statusOfGroup } from '../domain/run.js';
import { EXIT } from '../errors.js';
import { asStop } from './as-stop.js';
import { startBeat } from './beat.js';
import type { JobOptions } from './options.js';
import type { Ending, Kin, Progress, Runs } from './ports.js';
import { couldNotBegin, type Summary, statusOf } from './summary.js';
import { thisProcess } from './this-process.js';

/** What is told of a whole night. */
export interface NightSummary
  extends Pick<Summary, 'ok' | 'dryRun' | 'counts' | 'bytes' | 'elapsedMs' | 'interrupted'> {
  readonly run: number;
  readonly steps: readonly Summary[];
  readonly notBegun: readonly { readonly step: NightStep; readonly reason: string }[];
  readonly exit: number;
}

/** What a night needs of the world. */
export interface NightPorts {
  readonly runs: Pick<Runs, 'start' | 'await' | 'hear' | 'tell' | 'finish'>;
  readonly clock: Clock;
  /** Runs a step; `kin` ties its record to the night's. */
  runStep(step: NightStep, kin: Kin): Promise<Summary>;
  /** Told of each step as it ends. */
  ended(summary: Summary): Promise<void>;
}

type NightOptions = Pick<JobOptions, 'dryRun' | 'origin' | 'version' | 'stop' | 'told' | 'kin'>;

/** Runs steps one after the other as one run, each when those before it ended well enough. */
export async function runNight(
  steps: readonly NightStep[],
  options: NightOptions,
  { runs, clock, runStep, ended }: NightPorts,
): Promise<NightSummary> {
  const started = clock();
  const { dryRun, origin, version, told, kin, stop } = options;
  const start = { ...thisProcess(), dryRun, origin, version, started, kin, told, doorbell: null };
  const { run } = await runs.start({ ...start, step: 'run' });
  const rows = await runs.await(run, start, steps);
  const beat = startBeat(
    // The database may be away for a moment; the next beat comes.
    () => runs.hear(run).catch(() => {}),
    () => false,
  );
  const finish = (row: number, ending: Ending) => runs.finish(row, ending, clock());
  const summaries: Summary[] = [];
  const ends: StepEnd[] = [];
  const notBegun: { step: NightStep; reason: string }[] = [];
  try {
    for (const [index, step] of steps.entries()) {
      const row = rows[index] ?? 0;
      const reason = stop.aborted ? 'the night was stopped' : whyNotBegun(step, ends);
      if (reason !== null) {
        notBegun.push({ step, reason });
        await finish(row, { status: 'cancelled', error: `not begun: ${reason}`, exit: EXIT.stopped });
        continue;
      }
      const summary = await runStep(step, { night: { id: run, row }, resumes: kin.resumes }).catch(
        (error: unknown) => couldNotBegin(step, dryRun, asStop(error)),
      );
      const { exit, stopped, interrupted } = summary;
      // Its own record may have said so already; one that could not begin, or is kept elsewhere, has not.
      await finish(row, { status: statusOf(summary), error: stopped?.message ?? null, exit });
      summaries.push(summary);
      ends.push({ step, exit, interrupted });
      await ended(summary);
    }
  } finally {
    // Its timer would keep the process alive where the night cannot be written down.
    await beat.close();
  }
  const exit = exitOfNight(ends);
  const interrupted = stop.aborted || ends.some((end) => end.interrupted);
  const sums = sumsOf(summaries);
  const statuses = summaries.map(statusOf);
  const status = statusOfGroup(notBegun.length > 0 ? [...statuses, 'cancelled'] : statuses);
  const row = { id: run, kin: { night: null, resumes: kin.resumes } };
  await runs.tell(row, { ...progressOf(sums, status), at: clock() });
  await finish(run, { status, error: notBegun[0]?.reason ?? null, exit });
  const ok = exit === EXIT.done && !interrupted;
  const elapsedMs = clock() - started;
  return { ok, run, dryRun, ...sums, elapsedMs, steps: summaries, notBegun, exit, interrupted };
}

function sumsOf(summaries: readonly Summary[]): { counts: Counts; bytes: number } {
  const counts = noCounts();
  let bytes = 0;
  for (const summary of summaries) {
    for (const key of COUNTED) counts[key] += summary.counts[key];
    bytes += summary.bytes;
  }
  return { counts, bytes };
}

function progressOf(
  { counts, bytes }: ReturnType<typeof sumsOf>,
  status: Progress['status'],
): Omit<Progress, 'at'> {
  const nothing = { bytesPlanned: 0, rate: 0, leftMs: null, parts: 0, partsDone: 0, lastOrder: null };
  const news = { errors: counts.failed, lastError: null, changed: [], failures: [], settled: [], held: [] };
  return { status, counts, bytes, ...nothing, ...news };
}
