import type { RunDetails } from '../app/find-runs.js';
import type { FailureRecord, PartRecord, RunRecord } from '../domain/run.js';
import { isoOf } from './iso-of.js';
import { writeAnswer } from './output.js';

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

/** Prints a run with all that is known of it, as scripts see it: its orders page by page, in bounded memory. */
export async function printDetails(
  { run, steps, failures, held }: RunDetails,
  parts: AsyncIterable<readonly PartRecord[]>,
): Promise<void> {
  const head = JSON.stringify({ ...runJson(run), steps: steps.map(runJson) }).slice(0, -1);
  const tail = JSON.stringify({ failures: failures.map(failureJson), held }).slice(1);
  let before = `{"ok":true,"command":"jobs show","run":${head},"parts":[`;
  for await (const page of parts) {
    await writeAnswer(before + page.map((part) => JSON.stringify(part)).join(','));
    before = ',';
  }
  await writeAnswer(`${before === ',' ? '' : before}],${tail}}\n`);
}

function failureJson({ run: _run, step: _step, failed, settled, ...rest }: FailureRecord): object {
  return { ...rest, failed: isoOf(failed), settled: isoOf(settled) };
}
