import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { inFamilies, isActive, type RunRecord } from '../../domain/run.js';
import { EXIT } from '../../errors.js';
import { asking, type Jobs, type JobsFlags } from '../asking-jobs.js';
import { helpTail, JOBS_CODES } from '../help.js';
import { watchInterrupts } from '../interrupts.js';
import { runJson } from '../jobs-json.js';
import { runsText } from '../jobs-text.js';
import type { Output } from '../output.js';

const EVERY = 1000;
const LAST = 3;

/** Shows runs while they go. */
export function watchJobs(): Command {
  const command = new Command('watch')
    .summary('look on while runs go')
    .description(
      `Shows what runs, again each second, until you end it; of one run that is named until that has ended. Without a terminal a line is printed whenever something has changed; with --json an object a line.`,
    )
    .argument('[id|step]', 'just this run')
    .addHelpText(
      'after',
      helpTail(
        [
          ['orderbak jobs watch', 'all that runs'],
          ['orderbak jobs watch pull --json', 'one run until it ends, for scripts'],
        ],
        JOBS_CODES,
      ),
    );
  return command.action((target: string | undefined) =>
    asking(command.optsWithGlobals<JobsFlags>(), target ?? null, async (jobs, output) => {
      const interrupts = watchInterrupts(() => {});
      const id = target === undefined ? null : (await jobs.find(target)).id;
      const screen = openScreen(output);
      try {
        for (;;) {
          const runs = await look(jobs, id);
          screen.show(runs);
          if (id !== null && !runs.some(({ status }) => isActive(status))) return;
          await sleep(EVERY, undefined, { signal: interrupts.signal }).catch(() => {});
          if (!interrupts.signal.aborted) continue;
          process.exitCode = interrupts.exitCode() ?? EXIT.done;
          return;
        }
      } finally {
        interrupts.dispose();
      }
    }),
  );
}

async function look(jobs: Jobs, id: number | null): Promise<readonly RunRecord[]> {
  if (id === null) return inFamilies([...(await jobs.active()), ...(await jobs.ended(LAST))]);
  const { run, steps } = await jobs.details(id);
  return [run, ...steps];
}

/** Where runs are shown: in place on a terminal, else a line for each change. */
function openScreen(output: Output) {
  const isTerminal = process.stdout.isTTY === true && !output.json;
  let shown = '';
  return {
    show(runs: readonly RunRecord[]): void {
      if (isTerminal) {
        const above = shown === '' ? '' : `\x1b[${shown.split('\n').length}A\x1b[0J`;
        shown = runsText(runs, Date.now(), output.paint);
        process.stdout.write(`${above}${shown}\n`);
        return;
      }
      // What only grows older has not changed.
      const texts = runs.map((run) => ({ key: JSON.stringify({ ...run, silentMs: 0 }), run }));
      const changed = texts.filter(({ key }) => !shown.includes(key));
      shown = texts.map(({ key }) => key).join('\n');
      for (const { run } of changed)
        output.answer(output.json ? JSON.stringify(runJson(run)) : runsText([run], Date.now(), output.paint));
    },
  };
}
