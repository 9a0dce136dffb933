import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { isActive, type RunRecord } from '../../domain/run.js';
import { EXIT } from '../../errors.js';
import { setAction } from '../action.js';
import type { CommonFlags } from '../config.js';
import { JOBS_CODES, newCommand } from '../help.js';
import { watchInterrupts } from '../interrupts.js';
import { runJson } from '../jobs-json.js';
import { runsText } from '../jobs-text.js';
import type { Output } from '../output.js';
import { cutTo, terminalColumns } from '../width.js';
import { type Jobs, withJobs } from '../with-jobs.js';

const EVERY = 1000;
const LAST = 3;

/** Shows runs while they go. */
export function watchJobs(): Command {
  const command = newCommand({
    name: 'watch',
    summary: 'look on while runs go',
    description: `Shows what runs, again each second, until you end it; of one run that is named until that has ended. Without a terminal a line is printed whenever something has changed; with --json an object a line.`,
    examples: [
      ['orderbak jobs watch', 'all that runs'],
      ['orderbak jobs watch pull --json', 'one run until it ends, for scripts'],
    ],
    codes: JOBS_CODES,
  }).argument('[id|step]', 'just this run');
  return setAction<CommonFlags>(command, (flags, output, target?: string) =>
    withJobs(flags, target ?? null, async (jobs) => {
      const interrupts = watchInterrupts(() => {});
      const id = target === undefined ? null : (await jobs.find(target)).id;
      const screen = openScreen(output);
      process.stdout.on('resize', screen.redraw);
      try {
        for (;;) {
          const runs = await readRuns(jobs, id);
          screen.show(runs);
          if (id !== null && !runs.some(({ status }) => isActive(status))) return;
          await sleep(EVERY, undefined, { signal: interrupts.signal }).catch(() => {});
          if (!interrupts.signal.aborted) continue;
          process.exitCode = interrupts.exitCode() ?? EXIT.done;
          return;
        }
      } finally {
        process.stdout.off('resize', screen.redraw);
        interrupts.dispose();
      }
    }),
  );
}

async function readRuns(jobs: Jobs, id: number | null): Promise<readonly RunRecord[]> {
  if (id === null) return jobs.latest(LAST);
  const { run, steps } = await jobs.family(id);
  return [run, ...steps];
}

/** Where runs are shown: in place on a terminal, else a line for each change. */
function openScreen(output: Output) {
  const isTerminal = process.stdout.isTTY === true && !output.json;
  let shown = '';
  let last: readonly RunRecord[] = [];
  const draw = (clear: string) => {
    // A line that the terminal broke in two would be one more to go up.
    const columns = terminalColumns(process.stdout);
    const linesOf = (hasBars: boolean) => runsText(last, Date.now(), output.answerPaint, hasBars).split('\n');
    const short = linesOf(false);
    const fitting = linesOf(true).map((line, i) => (cutTo(line, columns) === line ? line : short[i]));
    shown = fitting.map((line) => cutTo(line ?? '', columns)).join('\n');
    process.stdout.write(`${clear}${shown}\n`);
  };
  return {
    /** How far up the last picture reaches after a resize, only the terminal knows: it begins anew. */
    redraw(): void {
      if (isTerminal && shown !== '') draw('\x1b[H\x1b[2J');
    },
    show(runs: readonly RunRecord[]): void {
      if (isTerminal) {
        last = runs;
        draw(shown === '' ? '' : `\x1b[${shown.split('\n').length}A\x1b[0J`);
        return;
      }
      // What only grows older has not changed.
      const texts = runs.map((run) => ({ key: JSON.stringify({ ...run, silentMs: 0 }), run }));
      const changed = texts.filter(({ key }) => !shown.includes(key));
      shown = texts.map(({ key }) => key).join('\n');
      for (const { run } of changed)
        output.answer(
          output.json ? JSON.stringify(runJson(run)) : runsText([run], Date.now(), output.answerPaint),
        );
    },
  };
}
