import type { RunDetails } from '../app/jobs.js';
import type { FailureRecord, RunRecord } from '../domain/run.js';
import { isoOf } from './iso-of.js';

/** A run as scripts see it. */
export function runJson(run: RunRecord): object {
  const { started, ended, silentMs, lastOrder, parts, partsDone, leftMs, told, doorbell: _, ...rest } = run;
  return {
    ...rest,
    started: isoOf(started),
    ended: isoOf(ended),
    silentMs,
    etaMs: leftMs,
    orders: { planned: parts, done: partsDone, last: lastOrder },
    told: told === null ? null : (JSON.parse(told) as unknown),
  };
}

/** A run with all that is known of it, as scripts see it. */
export function detailsJson({ run, steps, parts, failures, held }: RunDetails): object {
  return { ...runJson(run), steps: steps.map(runJson), parts, failures: failures.map(failureJson), held };
}

function failureJson({ run: _run, step: _step, failed, settled, ...rest }: FailureRecord): object {
  return { ...rest, failed: isoOf(failed), settled: isoOf(settled) };
}
