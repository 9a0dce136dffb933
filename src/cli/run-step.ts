import { OWN, type RunChoices } from '../app/choices.js';
import { type Notifier, openNotifier } from '../app/notifier.js';
import type { Config } from '../config/schema.js';
import type { Ceiling } from '../domain/ceiling.js';
import type { CalendarAge } from '../domain/duration.js';
import { EXIT } from '../errors.js';
import { asStop } from '../jobs/as-stop.js';
import { SILENT_WATCHER, type Watcher } from '../jobs/ports.js';
import { couldNotBegin, type Summary } from '../jobs/summary.js';
import type { StepName } from '../steps/step.js';
import { type CommonFlags, configOf } from './config.js';
import { errorBlock } from './error-block.js';
import { exitAfter, watchInterrupts } from './interrupts.js';
import type { Hint, Hinting } from './next-command.js';
import { type Output, openOutput } from './output.js';
import { namingWatcher, progressBar } from './progress.js';
import { noticeText, summaryJson, summaryText, troubleText } from './render.js';
import { VERSION } from './version.js';

/** The options of the steps; no step has all of them. */
export interface StepFlags extends CommonFlags {
  readonly dryRun?: true | undefined;
  readonly order?: number[] | undefined;
  readonly limit?: number | undefined;
  readonly maxDelete?: Ceiling | undefined;
  readonly olderThan?: CalendarAge | undefined;
}

/**
 * Runs one step for the command line: configuration, interrupts, progress, summary, exit code.
 * `work` opens what the step needs, runs it, and closes it again.
 */
export async function runStep(
  name: StepName,
  flags: StepFlags,
  work: (config: Config, choices: RunChoices) => Promise<Summary>,
): Promise<void> {
  const output = openOutput(flags);
  const interrupts = watchInterrupts(() => {
    if (output.watched) output.tell(`\n${name}: finishing what is in hand; once more ends at once`);
  });
  let notifier: Notifier | null = null;
  const told = async (summary: Summary) => {
    const text = noticeText(summary);
    const exit = Number(process.exitCode ?? EXIT.done);
    const faults = [
      ...((await notifier?.step(summary, text)) ?? []),
      ...((await notifier?.ended(exit, text)) ?? []),
    ];
    tellFaults(name, faults, output);
  };
  try {
    const config = await configOf(flags);
    notifier = openNotifier(config, name, flags.dryRun ?? false);
    const choices = choicesOf(config, flags, output, interrupts.signal);
    const summary = await work(config, { ...choices, watcher: notifier.watching(choices.watcher) });
    tellSummary(summary, output, config, { hint: hintFor(flags), config: flags.config });
    process.exitCode = exitAfter(interrupts, summary);
    await told(summary);
  } catch (error) {
    const summary = couldNotBegin(name, flags.dryRun ?? false, asStop(error));
    if (output.json) output.answer(summaryJson(summary));
    output.tell(errorBlock(error, output));
    process.exitCode = summary.exit;
    await told(summary);
  } finally {
    interrupts.dispose();
  }
}

/** Says what did not get through to others; that is no failure of the run. */
export function tellFaults(command: string, faults: readonly string[], output: Output): void {
  for (const fault of faults) output.tell(`${output.paint.yellow('!')} orderbak ${command}: ${fault}`);
}

/** What the flags and the terminal say about a run. */
export function choicesOf(config: Config, flags: StepFlags, output: Output, stop: AbortSignal): RunChoices {
  return {
    dryRun: flags.dryRun ?? false,
    only: flags.order ?? null,
    limit: flags.limit ?? null,
    maxDelete: flags.maxDelete ?? null,
    olderThan: flags.olderThan ?? null,
    origin: process.stderr.isTTY === true ? 'hand' : 'cron',
    version: VERSION,
    stop,
    watcher: watcherFor(config, output, flags.dryRun ?? false),
    errand: OWN,
  };
}

function watcherFor({ trash }: Config, { json, quiet, verbose, watched }: Output, dryRun: boolean): Watcher {
  if (dryRun && verbose && !json && !quiet) return namingWatcher(trash.keep > 0);
  return watched && !json ? progressBar() : SILENT_WATCHER;
}

/** Where a dry run looked at less than all, or elsewhere, the bare command would do more than it showed. */
function hintFor({ order, limit, maxDelete, olderThan, config }: StepFlags): Hint {
  const isBare = [order, limit, maxDelete, olderThan, config].every((flag) => flag === undefined);
  return isBare ? 'command' : 'the same';
}

/** Says how a run went: to a person in words, to a script as JSON, to cron only what is worth a mail. */
export function tellSummary(summary: Summary, output: Output, { trash }: Config, hinting: Hinting): void {
  const { json, quiet, verbose, watched, paint, answerPaint } = output;
  const told = { ...hinting, verbose, keepsTrash: trash.keep > 0 };
  if (json) output.answer(summaryJson(summary));
  else if (summary.dryRun && !quiet) {
    output.answer(summaryText(summary, answerPaint, told));
    // Where only a script reads the answer, a dry run's troubles are told on their own as well.
    if (watched) return;
  } else if (watched || verbose) {
    output.tell(summaryText(summary, paint, told));
    return;
  }
  tellTrouble(summary, output);
}

/** Says what cron has to mail, if there is anything. */
export function tellTrouble(summary: Summary, output: Output): void {
  const text = troubleText(summary, output);
  if (text !== '') output.tell(text);
}
