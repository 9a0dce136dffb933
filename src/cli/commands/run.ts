import { type Command, Option } from 'commander';
import { isNightStep, NIGHT, type NightStep } from '../../domain/night.js';
import { newCommand, PULL_CODES } from '../help.js';
import { dryRun, reject } from '../options.js';
import type { NightFlags } from '../run-night.js';
import { keepNewSmall } from '../small-heap.js';

/** The whole night of a machine. */
export function runCommand(): Command {
  const command = newCommand({
    name: 'run',
    summary: "run this machine's whole night as one run (either machine)",
    description: `Runs the steps of the night that are this machine's, one after the other: on the server insert, unlink-discuss, unlink-trash and unlink-backed-up, in the office pull. Each begins when those before it ended well enough: after a step of the server that failed, or that a guard stopped, nothing more is removed. Each takes its own lease and has its own record, under that of the night.`,
    examples: [
      ['orderbak run', 'one line in the crontab instead of four'],
      ['orderbak run --skip unlink-trash', 'leave one step out'],
      ['orderbak run --only insert,unlink-discuss --dry-run', 'what two of them would do'],
    ],
    codes: PULL_CODES,
  })
    .addOption(dryRun())
    .addOption(steps('--only <step...>', 'just these steps').conflicts('skip'))
    .addOption(steps('--skip <step...>', 'all but these steps'));
  return command.action(async () => {
    keepNewSmall();
    const { runWholeNight } = await import('../run-night.js');
    await runWholeNight(command.optsWithGlobals<NightFlags>());
  });
}

function steps(flags: string, words: string): Option {
  return new Option(flags, `${words}: ${NIGHT.join(', ')}`).argParser(
    (text: string, before: NightStep[] | undefined): NightStep[] => [
      ...(before ?? []),
      ...text
        .split(',')
        .map((name) => (isNightStep(name) ? name : reject(`the steps are ${NIGHT.join(', ')}`))),
    ],
  );
}
