import { type Command, Option } from 'commander';
import { newCommand, PULL_CODES } from '../help.js';
import { dryRun, limit, order, positiveInteger, reject } from '../options.js';
import type { StepFlags } from '../run-step.js';
import { keepHeapSmall } from '../small-heap.js';

/** Task 4, on the machine in the office. */
export function pullCommand(): Command {
  const command = newCommand({
    name: 'pull',
    summary: 'copy what waits on the server to this machine (office, 03:00)',
    description: `Asks the server which files wait, downloads several at once into the store, verifies size and SHA-256, makes them durable, and tells the server that they are held here. Goes on where an interrupted run stopped.`,
    examples: [
      ['orderbak pull', 'what the scheduler runs each night'],
      ['orderbak pull --dry-run', 'how many files and bytes wait'],
      ['orderbak pull --order 142 --transfers 1', 'one order, one file after the other'],
    ],
    codes: PULL_CODES,
  })
    .addOption(dryRun())
    .addOption(order())
    .addOption(limit())
    .addOption(
      new Option('--transfers <n>', 'how many transfers at once, instead of [pull] transfers').argParser(
        transfers,
      ),
    );
  return command.action(async () => {
    const flags = command.optsWithGlobals<StepFlags & { transfers?: number }>();
    keepHeapSmall();
    const { runStep } = await import('../run-step.js');
    await runStep('pull', flags, async (config, choices) => {
      const { openOfficeApp } = await import('../../app/office.js');
      const app = await openOfficeApp(config, flags.transfers ?? config.pull.transfers);
      return app.pull(choices).finally(() => app.close());
    });
  });
}

const MOST_TRANSFERS = 64;

function transfers(text: string): number {
  const number = positiveInteger(text);
  return number <= MOST_TRANSFERS ? number : reject(`write a whole number from 1 to ${MOST_TRANSFERS}`);
}
