import type { Command, Option } from 'commander';
import type { NightStep } from '../../domain/night.js';
import { type CommandHelp, newCommand, STEP_CODES } from '../help.js';
import { dryRun, limit, maxDelete, olderThan, order } from '../options.js';
import { openOutput } from '../output.js';
import type { StepFlags } from '../run-step.js';
import { keepNewSmall } from '../small-heap.js';
import { withServer } from '../with-server.js';

interface ServerStep extends Omit<CommandHelp, 'codes'> {
  readonly name: Exclude<NightStep, 'pull'>;
  readonly options: readonly Option[];
  readonly makesThumbs: boolean;
}

const removing = () => [dryRun(), order(), limit(), maxDelete(), olderThan()];

const STEPS: readonly ServerStep[] = [
  {
    name: 'insert',
    summary: 'record the files of finished orders (server, 00:00)',
    description: `Records in tbl_bak_order every file of every order that is finished and older than the limit: main, ref, complete, rework and discuss files. Rows that are there already stay as they are, but for a file that was removed and lies there again: it begins anew if its order was finished once more since.`,
    options: [dryRun(), order(), olderThan()],
    makesThumbs: false,
    examples: [
      ['orderbak insert', 'what cron runs at midnight'],
      ['orderbak insert --dry-run', 'count what would be recorded'],
      ['orderbak insert --order 142 --older-than "1 month"', 'one order, sooner than usual'],
    ],
  },
  {
    name: 'unlink-discuss',
    summary: 'remove the files of discussions, leaving thumbs (server, 01:00)',
    description: `Removes recorded discuss files from the server. A picture goes only when its thumb is safe on disk; a file that a job names too waits until the office holds it.`,
    options: removing(),
    makesThumbs: true,
    examples: [
      ['orderbak unlink-discuss --dry-run', 'what would go, and what is held back and why'],
      ['orderbak unlink-discuss --order 142', 'one order'],
      ['orderbak unlink-discuss --max-delete 10%', 'nothing at all if more than a tenth would go'],
    ],
  },
  {
    name: 'unlink-trash',
    summary: "remove files that the database does not know from finished orders' folders (server, 02:00)",
    description: `Moves files of finished orders' folders that no order and no row names into the quarantine (.orderbak-trash below the root), and deletes for good what has waited there long enough ([trash] keep).`,
    options: removing(),
    makesThumbs: false,
    examples: [
      ['orderbak unlink-trash --dry-run --verbose', 'name what would go, and what is held back'],
      ['orderbak unlink-trash --max-delete 80%', 'allow more than the usual half, once'],
    ],
  },
  {
    name: 'unlink-backed-up',
    summary: 'remove the files that the office holds, leaving thumbs (server, 04:00)',
    description: `Removes recorded files whose copy the office has confirmed with size and SHA-256, when the file on the server still is those very bytes. A file that changed since goes back to be copied again.`,
    options: removing(),
    makesThumbs: true,
    examples: [
      ['orderbak unlink-backed-up --dry-run', 'what would go, and what is held back and why'],
      ['orderbak unlink-backed-up --limit 1000', 'at most a thousand files'],
    ],
  },
];

/** The server's four tasks of the night. */
export function serverStepCommands(): Command[] {
  return STEPS.map((step) => {
    const command = newCommand({ ...step, codes: STEP_CODES });
    for (const option of step.options) command.addOption(option);
    return command.action(async () => {
      if (step.makesThumbs) keepNewSmall();
      const { runStep } = await import('../run-step.js');
      const flags = command.optsWithGlobals<StepFlags>();
      await runStep(step.name, flags, (config, choices) =>
        withServer(config, async (app) => {
          const summary = await app[step.name](choices);
          const output = openOutput(flags);
          if (output.watched && summary.ok)
            for (const order of await app.unknownOrders(choices.only ?? []))
              output.tell(`${output.paint.yellow('!')} orderbak ${step.name}: order ${order} is not known`);
          return summary;
        }),
      );
    });
  });
}
