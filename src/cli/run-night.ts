import { type Notifier, openNotifier } from '../app/notifier.js';
import { stepsHere, wholeNight } from '../app/whole-night.js';
import { NIGHT, type NightStep } from '../domain/night.js';
import type { OrderbakError } from '../errors.js';
import { asStop } from '../jobs/as-stop.js';
import type { NightSummary } from '../jobs/run-night.js';
import { summaryObject } from '../jobs/summary.js';
import { type CommonFlags, configOf } from './config.js';
import { errorBlock } from './error-block.js';
import { exitAfter, watchInterrupts } from './interrupts.js';
import { openOutput } from './output.js';
import { noticeText } from './render.js';
import { choicesOf, tellFaults, tellSummary, tellTrouble } from './run-step.js';

/** The options of a whole night. */
export interface NightFlags extends CommonFlags {
  readonly dryRun?: true;
  readonly only?: NightStep[];
  readonly skip?: NightStep[];
}

/**
 * Runs the night of this machine for the command line: each step tells how it went when it ends. `resumes` is the night that
 * it goes on for.
 */
export async function runWholeNight(flags: NightFlags, resumes: number | null = null): Promise<void> {
  const output = openOutput(flags);
  const interrupts = watchInterrupts(() => {
    if (output.watched) output.tell('\nrun: finishing what is in hand; once more ends at once');
  });
  let notifier: Notifier | null = null;
  const tell = async (exit: number, text: string, error?: OrderbakError) => {
    process.exitCode = exit;
    tellFaults('run', (await notifier?.ended(exit, text, error)) ?? [], output);
  };
  try {
    const config = await configOf(flags);
    const { only, skip = [], ...rest } = flags;
    const wanted = only === undefined ? stepsHere(config) : NIGHT.filter((step) => only.includes(step));
    const steps = wanted.filter((step) => !skip.includes(step));
    const choices = choicesOf(config, rest, output, interrupts.signal);
    const others = openNotifier(config, 'run', choices.dryRun);
    notifier = others;
    const watcher = others.watching(choices.watcher);
    const errand = { kin: { night: null, resumes }, failedIn: null };
    const night = await wholeNight(config, steps, { ...choices, watcher, errand }, async (summary) => {
      if (output.json) tellTrouble(summary, output);
      else tellSummary(summary, output, config, { hint: 'none', config: undefined });
      tellFaults(summary.command, await others.step(summary, noticeText(summary)), output);
    });
    if (output.json) output.answer(nightJson(night));
    for (const { step, reason } of night.notBegun)
      if (!output.quiet) output.tell(`orderbak run: ${step} was not begun: ${reason}`);
    await tell(exitAfter(interrupts, night), night.steps.map(noticeText).join('\n'));
  } catch (error) {
    const stop = asStop(error);
    const told = { code: stop.code, message: stop.message };
    if (output.json) output.answer(JSON.stringify({ ok: false, command: 'run', error: told }));
    output.tell(errorBlock(error, output));
    await tell(stop.exit, stop.message, stop);
  } finally {
    interrupts.dispose();
  }
}

function nightJson({ exit: _exit, interrupted: _interrupted, steps, ...night }: NightSummary): string {
  const { ok, ...told } = night;
  return JSON.stringify({ ok, command: 'run', ...told, steps: steps.map(summaryObject) });
}
