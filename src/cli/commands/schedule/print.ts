import type { Command } from 'commander';
import { EXIT } from '../../../errors.js';
import { setAction } from '../../action.js';
import { newCommand } from '../../help.js';
import { openTarget, runAsOption, type TargetFlags, targetOption } from './target.js';

/** Shows exactly what would be installed. */
export function printCommand(): Command {
  const command = newCommand({
    name: 'print',
    summary: 'print what would be installed',
    description: `Prints exactly what \`schedule install\` would put into the scheduler, and touches nothing.`,
    examples: [
      ['orderbak schedule print', "for this machine's own scheduler"],
      ['orderbak schedule print --target systemd', 'units and timers'],
    ],
    codes: [EXIT.done, EXIT.failed, EXIT.usage],
  })
    .addOption(targetOption())
    .addOption(runAsOption());
  return setAction<TargetFlags>(command, async (flags, output) => {
    const { loaded, user, scheduler } = await openTarget(flags);
    const { wantedOf } = await import('../../../app/install-schedule.js');
    const files = await wantedOf(loaded, scheduler, user);
    const { target } = scheduler;
    if (output.json) output.answer(JSON.stringify({ ok: true, command: 'schedule print', target, files }));
    else process.stdout.write(printed(files));
  });
}

/** Several files one after the other, each below its name; a single one as it is. */
function printed(files: readonly { name: string; text: string }[]): string {
  const [first] = files;
  if (files.length === 1 && first !== undefined) return first.text;
  return files.map(({ name, text }) => `==> ${name} <==\n${text}`).join('\n');
}
