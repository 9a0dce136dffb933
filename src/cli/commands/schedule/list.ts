import type { Command } from 'commander';
import { EXIT } from '../../../errors.js';
import { setAction } from '../../action.js';
import { newCommand } from '../../help.js';
import { terminalColumns } from '../../width.js';
import { openTarget, runAsOption, type TargetFlags, targetOption } from './target.js';

/** Shows the schedule of this machine. */
export function listEntriesCommand(): Command {
  const command = newCommand({
    name: 'list',
    summary: 'show what is due when, and how the last one ended',
    description: `Shows this machine's entries: when they are due, in words and next, how the last run ended, whether they are held, and whether what is installed agrees with the configuration.`,
    examples: [
      ['orderbak schedule list', 'a table, for looking'],
      ['orderbak schedule list --json', 'for scripts'],
    ],
    codes: [EXIT.done, EXIT.failed, EXIT.usage],
  })
    .addOption(targetOption())
    .addOption(runAsOption());
  return setAction<TargetFlags>(command, async (flags, output) => {
    const { loaded, user, scheduler } = await openTarget(flags);
    const { viewSchedule } = await import('../../../app/schedule-view.js');
    const { scheduleJson, scheduleText } = await import('../../schedule-text.js');
    const now = Date.now();
    const view = await viewSchedule(loaded, scheduler, user, now);
    const { target } = scheduler;
    if (output.json) output.answer(scheduleJson(view, target));
    else output.answer(scheduleText(view, target, now, terminalColumns(process.stdout)));
  });
}
