import type { Command } from 'commander';
import type { DemoReport, DemoWatch } from '../../demo/run-demo.js';
import { printable } from '../../domain/file-name.js';
import { EXIT, OrderbakError } from '../../errors.js';
import { setAction } from '../action.js';
import { errorBlock } from '../error-block.js';
import { newCommand } from '../help.js';
import { watchInterrupts } from '../interrupts.js';
import type { Output, OutputFlags } from '../output.js';

const SILENT: DemoWatch = {
  built: () => {},
  prepared: () => {},
  serving: () => {},
  reopened: () => {},
  step: () => {},
};

const INTERRUPTED = { code: 'interrupted', message: 'the demo was interrupted' };

/** A whole night on a small shop that is made for it. */
export function demoCommand(): Command {
  const command = newCommand({
    name: 'demo',
    summary: 'see a whole night on a small shop (anywhere)',
    description: `Builds a small shop in a temporary folder, runs the night with the real commands between a server and an office, and shows what became of every file. Needs no database and no configuration, and touches nothing outside of its folder.`,
    examples: [
      ['orderbak demo', 'a night in a few seconds'],
      ['orderbak demo --keep', 'and then go on by hand'],
    ],
    codes: [EXIT.done, EXIT.failed, EXIT.usage],
  }).option(
    '--keep',
    'leave the folder, with a configuration file for each machine, and say what to try next',
  );
  return setAction(command, playDemo);
}

interface DemoFlags extends OutputFlags {
  readonly keep?: true;
}

async function playDemo(flags: DemoFlags, output: Output): Promise<void> {
  const tellsStory = !output.json && !output.quiet;
  const paint = output.answerPaint;
  const interrupts = watchInterrupts(() => {
    if (output.watched) output.tell('\ndemo: interrupted, cleaning up');
  });
  try {
    const { runDemo } = await import('../../demo/run-demo.js');
    const { storyteller } = await import('../../demo/story.js');
    const { reportText } = await import('../demo-text.js');
    const watch = tellsStory ? storyteller(paint, output.answer) : SILENT;
    const report = await runDemo(flags.keep ?? false, watch, interrupts.signal);
    if (output.json) output.answer(reportJson(report));
    else if (tellsStory) output.answer(reportText(report, paint));
    if (report.faults.length === 0) return;
    output.tell(errorBlock(notAsItShouldBe(report), output));
    process.exitCode = EXIT.failed;
  } catch (error) {
    const exitCode = interrupts.exitCode();
    if (exitCode === null) throw error;
    if (output.json) output.answer(JSON.stringify({ ok: false, error: INTERRUPTED }));
    process.exitCode = exitCode;
  } finally {
    interrupts.dispose();
  }
}

function notAsItShouldBe({ faults, folder }: DemoReport): OrderbakError {
  const lines = faults.map((fault) => `    ${printable(fault)}`);
  const hint =
    folder === null ? '`orderbak demo --keep` leaves the folder to look into.' : `Look into ${folder}.`;
  const message = `the night did not leave every file where it belongs:\n${lines.join('\n')}`;
  return new OrderbakError(EXIT.failed, 'demo-proof', message, hint);
}

function reportJson({ faults, ...told }: DemoReport): string {
  return JSON.stringify({ ok: faults.length === 0, command: 'demo', ...told, faults });
}
