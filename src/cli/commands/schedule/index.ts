import type { Command } from 'commander';
import { EXIT } from '../../../errors.js';
import { newCommand } from '../../help.js';
import { holdCommands } from './hold.js';
import { installCommand, uninstallCommand } from './install.js';
import { listEntriesCommand } from './list.js';
import { printCommand } from './print.js';
import { catchUpCommand, runEntryCommand } from './run.js';
import { testCommand } from './test.js';

/** The night that begins by itself. */
export function scheduleCommand(): Command {
  return newCommand({
    name: 'schedule',
    summary: 'let the night begin by itself, and look at when (both machines)',
    description: `Puts this machine's part of the night into its own scheduler (cron, systemd, launchd or Task Scheduler), at the times of [schedule] in the configuration, and shows when each is due, how the last one ended, and whether what is installed still agrees with the configuration.`,
    examples: [
      ['orderbak schedule list', 'what is due when, and how the last one ended'],
      ['orderbak schedule install --dry-run', 'what would be put into the scheduler'],
      ['orderbak schedule install', 'put it there'],
      ['orderbak schedule test insert', 'run one now, exactly as the scheduler would'],
    ],
    codes: [EXIT.done, EXIT.failed, EXIT.usage, EXIT.away],
  })
    .helpCommand(false)
    .addCommand(listEntriesCommand())
    .addCommand(printCommand())
    .addCommand(installCommand())
    .addCommand(uninstallCommand())
    .addCommand(testCommand())
    .addCommand(runEntryCommand())
    .addCommand(catchUpCommand())
    .addCommand(holdCommands.pause())
    .addCommand(holdCommands.continue());
}
